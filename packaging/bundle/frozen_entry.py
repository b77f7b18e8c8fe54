"""The entry point of both programs of the frozen folder, which are told apart by the name of the executable.

Their child processes are the same executables with ``--run-module`` and one of our modules.
"""

from __future__ import annotations

import os
import runpy
import signal
import ssl
import sys
from pathlib import Path

# The certificate authorities on systems other than the one that built the folder.
AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def main() -> int:
    """Run the requested program; returns the exit code."""
    trust_the_system()
    if sys.argv[1:2] == ["--run-module"]:
        return run_module(sys.argv[2:])
    if Path(sys.executable).stem == "flux-stress":
        from flux_desktop.cli.main import main as program
    else:
        from flux_desktop.ui.app.app import main as program
    handle_interrupts()
    return program()


def run_module(arguments: list[str]) -> int:
    """The equivalent of ``python -m``, for our own modules only."""
    if not arguments or not arguments[0].startswith("flux_desktop."):
        print("--run-module takes a module of flux_desktop.", file=sys.stderr)
        return 2
    handle_interrupts()
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    return 0


def handle_interrupts() -> None:
    """From now on Ctrl+C is Python's: hooks/early_interrupt.py has let it end the process silently so far."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def trust_the_system() -> None:
    """Point OpenSSL to the authorities of this system if the built-in path of the build system does not exist."""
    if not sys.platform.startswith("linux") or "SSL_CERT_FILE" in os.environ or "SSL_CERT_DIR" in os.environ:
        return
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None and paths.capath is None:
        authorities_file = next((path for path in AUTHORITIES if Path(path).is_file()), None)
        if authorities_file is not None:
            os.environ["SSL_CERT_FILE"] = authorities_file


if __name__ == "__main__":
    sys.exit(main())
