"""Command-line options of the built-in endpoint; nothing heavy is imported before it runs."""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from flux_desktop.flux.bundles import BUNDLES, LATEST
from flux_desktop.local_endpoint.faults.capacity import BEYOND

RECOGNISERS = ("auto", "whisper", "silent")
_USAGE_ERROR = 2


class EndpointParser(argparse.ArgumentParser):
    """A parser whose errors are one sentence: the option, what is wrong with its value, and where the help is."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        sentence = re.sub(r"^argument ([^:]+): ", r"\1: ", message)
        self.exit(_USAGE_ERROR, f"{sentence}. Try “flux-stress local-endpoint --help”.\n")


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high} (got {text!r})")
        return value

    return parse


def _number_above_0(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 10_000:
        raise argparse.ArgumentTypeError(f"must be a number above 0, at most 10000 (got {text!r})")
    return value


def _one_of(*names: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(f"must be one of {', '.join(names)} (got {text!r})")
        return text

    return parse


def _region(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", text):
        raise argparse.ArgumentTypeError(f"must be an AWS region such as us-east-1 (got {text!r})")
    return text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare all options on `parser`."""
    add = parser.add_argument
    add(
        "--port",
        type=_whole_number(0, 65_535),
        default=0,
        metavar="N",
        help="TCP port on 127.0.0.1 (default: any free port)",
    )
    add(
        "--region",
        type=_region,
        default="us-east-1",
        help="AWS region for which requests must be signed (default: us-east-1)",
    )
    add(
        "--bundle",
        type=_one_of(*BUNDLES),
        default=LATEST.name,
        metavar="NAME",
        help=f"server build to emulate: {', '.join(BUNDLES)} (default: {LATEST.name})",
    )
    add(
        "--recogniser",
        type=_one_of(*RECOGNISERS),
        default="auto",
        metavar="NAME",
        help="source of transcripts: registered recordings where the audio is one, Whisper otherwise (auto); "
        "Whisper only (whisper); or none (silent, for load)",
    )
    add(
        "--max-decodes",
        type=_whole_number(1, 10_000),
        default=4 * (os.cpu_count() or 1),
        metavar="N",
        help="different recordings decoded at once; further streams are refused (default: four for each core)",
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
        help="add an endpoint with that status; repeatable",
    )
    add(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        dest="faults",
        help="inject a fault, such as delay-ms=200 or never-connected=65; repeatable",
    )
    add(
        "--capacity",
        type=_whole_number(1, 100_000),
        metavar="N",
        help="serve up to N concurrent streams as usual (default: no limit)",
    )
    add(
        "--beyond",
        type=_one_of(*BEYOND),
        metavar="HOW",
        help="above --capacity: delay all streams by a time that grows with the excess (slow, the default), refuse "
        "further streams (refuse), or delay all streams by 2 s at once (cliff)",
    )
    add(
        "--max-instances",
        type=_whole_number(1, 1000),
        metavar="N",
        help="scale out to N instances, each with --capacity of its own; needs --scaling-target "
        "(default: --min-instances)",
    )
    add(
        "--min-instances",
        type=_whole_number(1, 1000),
        default=1,
        metavar="N",
        help="instances at the start, and the least to scale in to (default: 1)",
    )
    add(
        "--scaling-target",
        type=_number_above_0,
        metavar="N",
        help="simulate a policy that tracks N streams per instance: metrics, alarms, scale-out and scale-in",
    )
    add(
        "--scaling-speed",
        type=_number_above_0,
        default=1.0,
        metavar="X",
        help="divide every duration of the simulated scaling by X (default: 1, an instance starts in 240 s)",
    )
    add("--access-key", default="", help="AWS access key to accept (default: a random one)")
    add("--secret-key", default="", help="the secret key that belongs to it (default: a random one)")
    add("--tls-cert", type=Path, metavar="PEM", help="certificate chain, instead of a generated certificate")
    add("--tls-key", type=Path, metavar="PEM", help="the private key that belongs to it")
    add(
        "--cert-host",
        action="append",
        default=[],
        metavar="NAME",
        dest="cert_hosts",
        help="a further host name for the generated certificate; repeatable",
    )
    add("--parent-pipe", action="store_true", help="stop when standard input ends")
    add("--log-level", default="WARNING", choices=("DEBUG", "INFO", "WARNING", "ERROR"), help="log to standard error")


def run(args: argparse.Namespace) -> int:
    """Run the endpoint until it is stopped; returns the exit code. Problems go to standard error as sentences."""
    from flux_desktop.base import logs
    from flux_desktop.base.problem import ProblemError

    handler = logging.StreamHandler(sys.stderr)
    # A front end that reads these lines adds the time, and takes the level from the first word.
    time_stamp = "" if args.parent_pipe else "%(asctime)s "
    handler.setFormatter(logging.Formatter(f"{time_stamp}%(levelname)s %(name)s: %(message)s"))
    logs.set_up(args.log_level, handler)
    from flux_desktop.local_endpoint.http.endpoint_state import EndpointSettings
    from flux_desktop.local_endpoint.http.server import run as serve

    _open_standard_streams()
    names = EndpointSettings.__struct_fields__
    settings = EndpointSettings(**{name: value for name, value in vars(args).items() if name in names})
    try:
        return serve(settings, _announce)
    except ProblemError as error:
        print(error.problem.sentence(), file=sys.stderr)
        return _USAGE_ERROR


def _announce(line: str) -> None:
    """Print the line that says where the endpoint is. Raises `ProblemError` where standard output cannot be written."""
    from flux_desktop.base.problem import Problem, ProblemError

    try:
        print(line, flush=True)
    except OSError as error:
        # What Python flushes at exit must not fail again.
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        problem = Problem(
            code="output_unusable",
            what="The endpoint's address cannot be written to standard output.",
            why=f"{error.strerror}.",
        )
        raise ProblemError(problem) from error


def _open_standard_streams() -> None:
    """Open those that the parent closed: sockets would get their numbers, and uvloop aborts on closing one."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number
