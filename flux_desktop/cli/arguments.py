"""Every flag of `flux-stress`. Standard library only, so that help is there at once."""

from __future__ import annotations

import argparse
import math

from flux_desktop.aws.endpoint_status import API_SPELLING

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def number(text: str) -> float:
    """A finite number; argparse turns the error into its usage message."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def add_file_arguments(parser: argparse.ArgumentParser) -> None:
    """`flux-stress file`."""
    _add_endpoint(parser)
    sound = parser.add_argument_group("sound")
    sound.add_argument("--file", required=True, metavar="WAV", help="a 16-bit PCM WAV file, streamed at real-time pace")
    sound.add_argument("--loop", action="store_true", help="start the file over until --duration or Ctrl+C")
    _add_common(parser)
    load = parser.add_argument_group("load")
    load.add_argument(
        "--batch-size", type=int, default=0, metavar="N", help="open N connections at a time (default: all)"
    )
    load.add_argument("--batch-delay", type=number, default=0.0, metavar="S", help="seconds between batches")
    load.add_argument(
        "--stages",
        metavar="RAMP",
        help="connections held for a time each, such as 10x30s,50x60s,100x2m; implies --loop",
    )
    middle = parser.add_argument_group("in mid-stream")
    middle.add_argument(
        "--keepalive-interval", type=number, metavar="S", help="send one sample of silence every S seconds"
    )
    middle.add_argument(
        "--idle-before-audio",
        type=number,
        default=0.0,
        metavar="S",
        help="hold each connection open for S seconds before its audio, with keep-alives only (default every 10 s)",
    )
    middle.add_argument("--finalize-at-end", action="store_true", help="send Finalize after the last audio")
    middle.add_argument(
        "--reconfigure-after", type=number, metavar="S", help="send one Configure after S seconds of audio, with:"
    )
    for name, kind, metavar in (
        ("eot-threshold", number, "X"),
        ("eager-eot-threshold", number, "X"),
        ("eot-timeout-ms", int, "N"),
        ("keyterms", str, "A,B"),
        ("language-hints", str, "en,es"),
    ):
        middle.add_argument(f"--reconfigure-{name}", type=kind, metavar=metavar, help=f"its {name.replace('-', '_')}")


def add_microphone_arguments(parser: argparse.ArgumentParser) -> None:
    """`flux-stress microphone`."""
    _add_endpoint(parser, optional=True)
    sound = parser.add_argument_group("sound")
    sound.add_argument("--sample-rate", type=int, default=16_000, metavar="HZ", help="default: 16000")
    sound.add_argument("--device", type=int, metavar="INDEX", help="capture device (default: the system's)")
    sound.add_argument("--list-devices", action="store_true", help="list the capture devices and leave")
    _add_common(parser)


def add_list_endpoints_arguments(parser: argparse.ArgumentParser) -> None:
    """`flux-stress list-endpoints`."""
    parser.add_argument("--region", default="us-east-1", help="AWS region (default: us-east-1)")
    parser.add_argument("--status", choices=sorted(API_SPELLING), metavar="STATUS", help=", ".join(API_SPELLING))
    parser.add_argument("--profile", help="named profile of the AWS configuration")
    parser.add_argument("--endpoint-url", metavar="URL", help="address of the control plane instead of AWS's own")
    _add_ca_bundle(parser)
    _add_log_level(parser, "WARNING")


def add_self_test_arguments(parser: argparse.ArgumentParser) -> None:
    """`flux-stress self-test`."""
    parser.add_argument("--quick", action="store_true", help="only what can be seen without starting anything")
    parser.add_argument("--picture", metavar="PATH", help="keep the picture of the window that is painted off-screen")
    _add_log_level(parser, "ERROR")


def _add_endpoint(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    parser.add_argument(
        "endpoint",
        metavar="ENDPOINT",
        nargs="?" if optional else None,
        help="name of the SageMaker endpoint; “local” starts the built-in one on this machine",
    )


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--connections", type=int, default=1, metavar="N", help="streams at once (default: 1)")
    parser.add_argument(
        "--duration", type=number, metavar="S", help="stop after S seconds, counted from the last batch"
    )
    parser.add_argument(
        "--no-reconnect",
        action="store_false",
        dest="reconnect",
        help="let a stream's first failure end it (default: throttled, cut and stuck streams are opened again, at most "
        "3 attempts each, and counted)",
    )
    flux = parser.add_argument_group("Flux")
    flux.add_argument("--model", default="flux-general-en", help="default: flux-general-en")
    flux.add_argument("--eot-threshold", type=number, metavar="X", help="0.5 to 1.0 (above 0.9: newer builds only)")
    flux.add_argument(
        "--eager-eot-threshold", type=number, metavar="X", help="0.3 to 0.9, at most --eot-threshold; switches eager on"
    )
    flux.add_argument("--eot-timeout-ms", type=int, metavar="N", help="500 to 60000 (above 10000: newer builds only)")
    flux.add_argument("--keyterms", default="", metavar="A,B", help="words to listen for, parted by commas")
    flux.add_argument("--encoding", default="linear16", help="linear16 (default), mulaw or alaw")
    flux.add_argument("--language-hints", default="", metavar="en,es", help="flux-general-multi only")
    flux.add_argument("--profanity-filter", choices=("true", "false"), help="default: the server's own")
    flux.add_argument(
        "--extra", default="", metavar="K=V&K2=V2", help="further query parameters; they win over the flags above"
    )
    place = parser.add_argument_group("endpoint")
    place.add_argument("--region", default="us-east-1", help="AWS region (default: us-east-1)")
    place.add_argument("--profile", help="named profile of the AWS configuration")
    place.add_argument("--endpoint-url", metavar="URL", help="address of the runtime instead of AWS's own")
    _add_ca_bundle(place)
    place.add_argument("--target-variant", metavar="NAME", help="production variant")
    place.add_argument("--bundle", metavar="BUILD", help="server build, where known; “local” then behaves as this one")
    place.add_argument("--local-arguments", metavar="ARGS", help="further arguments for the built-in endpoint")
    out = parser.add_argument_group("results")
    out.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="EXPR",
        help="hold the run against a limit, such as “update_p95_ms<400” (repeatable)",
    )
    out.add_argument("--summary-jsonl", metavar="PATH", help="write one JSON object a connection")
    out.add_argument("--json", action="store_true", help="print the final summary as JSON, and nothing else, on stdout")
    out.add_argument("--quiet", action="store_true", help="no transcript and no live table")
    out.add_argument("--sessions-dir", metavar="DIR", help="where the session folder goes (default: user data folder)")
    _add_log_level(out, "INFO")


_Place = argparse.ArgumentParser | argparse._ArgumentGroup


def _add_ca_bundle(place: _Place) -> None:
    place.add_argument("--ca-bundle", metavar="FILE", help="certificate authorities to trust (default: AWS_CA_BUNDLE)")


def _add_log_level(place: _Place, default: str) -> None:
    place.add_argument("--log-level", default=default, choices=LOG_LEVELS, help=f"on stderr (default: {default})")
