"""Where both programs of the frozen folder begin: which one it is, its own file's name says.

Every process that they start is one of them again, with ``--run-module`` and a module of ours.
"""

from __future__ import annotations

import os
import runpy
import ssl
import sys
from pathlib import Path

# Where systems other than the one that built the folder keep their certificate authorities.
AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def main() -> int:
    """Be the program that was asked for; returns the exit code."""
    trust_the_system()
    if sys.argv[1:2] == ["--run-module"]:
        return run_module(sys.argv[2:])
    if Path(sys.executable).stem == "flux-stress":
        from flux_desktop.cli.main import main as program
    else:
        from flux_desktop.ui.app.app import main as program
    return program()


def run_module(arguments: list[str]) -> int:
    """What ``python -m`` would do, for our own modules only."""
    if not arguments or not arguments[0].startswith("flux_desktop."):
        print("--run-module takes a module of flux_desktop.", file=sys.stderr)
        return 2
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    return 0


def trust_the_system() -> None:
    """Point OpenSSL to this system's authorities where the built-in path, that of the building system, is not there."""
    if not sys.platform.startswith("linux") or "SSL_CERT_FILE" in os.environ or "SSL_CERT_DIR" in os.environ:
        return
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None and paths.capath is None:
        found = next((path for path in AUTHORITIES if Path(path).is_file()), None)
        if found is not None:
            os.environ["SSL_CERT_FILE"] = found


if __name__ == "__main__":
    sys.exit(main())
