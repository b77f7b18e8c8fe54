"""The command line of the local endpoint; nothing heavy is imported before it runs."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

BUNDLES = ("latest", "flux-multi-20260417", "flux-english-20260311", "permissive")
RECOGNISERS = ("auto", "pocketsphinx", "silent")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare all options on `parser`."""
    add = parser.add_argument
    add("--port", type=int, default=0, help="TCP port on 127.0.0.1 (default: a free one)")
    add("--region", default="us-east-1", help="AWS region that requests must be signed for")
    add("--bundle", choices=BUNDLES, default="latest", help="which server build to be")
    add(
        "--recogniser",
        choices=RECOGNISERS,
        default="auto",
        help="where words come from: scripts where the audio is a registered recording and PocketSphinx else "
        "(auto), PocketSphinx only, or nowhere (silent, a sink for load)",
    )
    add(
        "--max-decodes",
        type=int,
        default=2 * (os.cpu_count() or 1),
        metavar="N",
        help="different recordings recognised at once; more streams are refused (default: twice the cores)",
    )
    add(
        "--script",
        action="append",
        default=[],
        type=Path,
        metavar="WAV",
        dest="scripts",
        help="register a recording that has a words file beside it; repeatable",
    )
    add(
        "--endpoint",
        action="append",
        default=[],
        metavar="NAME=STATUS",
        dest="endpoints",
        help="a further endpoint in that status; repeatable",
    )
    add(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        dest="faults",
        help="misbehave on purpose, such as delay-ms=200 or never-connected=65; repeatable",
    )
    add("--access-key", default="", help="AWS access key to accept (default: random)")
    add("--secret-key", default="", help="its secret key (default: random)")
    add("--tls-cert", type=Path, help="certificate chain in PEM, instead of one made afresh")
    add("--tls-key", type=Path, help="its private key in PEM")
    add(
        "--cert-host",
        action="append",
        default=[],
        metavar="NAME",
        dest="cert_hosts",
        help="a further name in the certificate; repeatable",
    )
    add("--parent-pipe", action="store_true", help="stop when standard input ends")
    add("--log-level", default="WARNING", choices=("DEBUG", "INFO", "WARNING", "ERROR"), help="log to stderr")


def run(args: argparse.Namespace) -> int:
    """Run the endpoint until it is stopped; returns the exit code. Problems go to stderr as sentences."""
    from flux_desktop.base import logs
    from flux_desktop.base.problem import ProblemError

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logs.set_up(args.log_level, handler)
    if (args.tls_cert is None) != (args.tls_key is None):
        print("Give --tls-cert and --tls-key together.", file=sys.stderr)
        return 2
    if args.max_decodes < 1:
        print("--max-decodes must be at least 1.", file=sys.stderr)
        return 2
    from flux_desktop.local_endpoint.http.endpoint_state import EndpointSettings
    from flux_desktop.local_endpoint.http.server import run as serve

    names = EndpointSettings.__struct_fields__
    settings = EndpointSettings(**{name: value for name, value in vars(args).items() if name in names})
    try:
        return serve(settings, lambda line: print(line, flush=True))
    except ProblemError as error:
        print(error.problem.sentence(), file=sys.stderr)
        return 2
