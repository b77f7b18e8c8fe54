"""``python -m flux_desktop.local_endpoint``: the endpoint without the command line's other parts."""

from __future__ import annotations

import argparse
import sys

from flux_desktop.base.logs import catch_uncaught
from flux_desktop.local_endpoint.http.arguments import add_arguments, run


def main(argv: list[str] | None = None) -> int:
    """Read the arguments and serve; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="flux-local-endpoint", description="A Flux endpoint on this machine, with real recognition."
    )
    add_arguments(parser)
    catch_uncaught()
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
