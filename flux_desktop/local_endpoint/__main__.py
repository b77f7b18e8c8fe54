"""``python -m flux_desktop.local_endpoint``: the built-in endpoint without the rest of the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from flux_desktop.base.logs import catch_uncaught
from flux_desktop.local_endpoint.http.arguments import EndpointParser, add_arguments, run


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the options and serve; returns the exit code."""
    parser = EndpointParser(
        prog="flux-local-endpoint", description="A Flux endpoint on this machine, with real speech recognition."
    )
    add_arguments(parser)
    catch_uncaught()
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
