"""Entry points of `flux-stress` and `flux-desktop`: Ctrl+C while their modules are imported prints no traceback."""

import sys


def stress() -> int:
    """Run `flux-stress`; returns its exit status."""
    return _run("flux_desktop.cli.main")


def desktop() -> int:
    """Run `flux-desktop`; returns its exit status."""
    return _run("flux_desktop.ui.app.app")


def _run(module: str) -> int:
    try:
        from importlib import import_module  # itself imports others

        main = import_module(module).main
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130
    status: int = main()
    return status
