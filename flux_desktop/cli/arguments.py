"""Every flag of `flux-stress`. Standard library only, so that help appears at once."""

from __future__ import annotations

import argparse

from flux_desktop.aws.endpoint_status import API_SPELLING
from flux_desktop.cli.argument_values import CHUNK_MS, chunk_ms, currency, filled, number, price, seconds, whole
from flux_desktop.datasets.assignment import TRAILING_SILENCE_S

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

SESSION_HELP = "session of a run: its folder, or its name in the usual place"


def add_file_arguments(parser: argparse.ArgumentParser) -> None:
    """`flux-stress file`."""
    add_endpoint_argument(parser)
    sound = parser.add_argument_group("sound")
    source = sound.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--file",
        metavar="PATH",
        help="an audio file (WAV, FLAC, MP3, Ogg …), streamed at real-time pace; - reads it from standard input",
    )
    source.add_argument(
        "--data",
        metavar="PATH",
        help="a data set (see “data check”), or sample for the bundled one: each connection sends its own clips",
    )
    sound.add_argument(
        "--channel",
        choices=("mix", "left", "right"),
        default="mix",
        help="what is sent of a stereo file (default: mix)",
    )
    sound.add_argument("--loop", action="store_true", help="repeat the file until --duration or Ctrl+C")
    _add_data_set(parser.add_argument_group("with --data"))
    _add_common(parser)
    load = parser.add_argument_group("load")
    load.add_argument(
        "--batch-size", type=whole, default=0, metavar="N", help="open N connections at a time (default: all)"
    )
    load.add_argument("--batch-delay", type=seconds, default=0.0, metavar="TIME", help="time between batches")
    load.add_argument(
        "--stages",
        metavar="RAMP",
        help="number of connections and how long to hold them, such as 10x30s,50x60s,100x2m; implies --loop",
    )
    during = parser.add_argument_group("during the stream")
    during.add_argument(
        "--keepalive-interval", type=seconds, metavar="TIME", help="send one sample of silence at this interval"
    )
    during.add_argument(
        "--idle-before-audio",
        type=seconds,
        default=0.0,
        metavar="TIME",
        help="keep each connection open for TIME before its audio, sending keep-alives only (default: every 10 s)",
    )
    during.add_argument(
        "--force-end-turn-at-end", action="store_true", help="send ForceEndTurn after the last audio (newer builds)"
    )
    during.add_argument("--finalize-at-end", action="store_true", help="send Finalize after the last audio")
    during.add_argument(
        "--reconfigure-after", type=seconds, metavar="TIME", help="send one Configure after TIME of audio, with:"
    )
    for name, kind, metavar in (
        ("eot-threshold", number, "X"),
        ("eager-eot-threshold", number, "X"),
        ("eot-timeout-ms", whole, "N"),
        ("keyterms", str, "A,B"),
        ("language-hints", str, "en,es"),
    ):
        during.add_argument(f"--reconfigure-{name}", type=kind, metavar=metavar, help=f"its {name.replace('-', '_')}")


def _add_data_set(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--seed", type=whole, default=0, metavar="N", help="order of the clips (default: 0)")
    group.add_argument("--passes", type=whole, default=1, metavar="N", help="send every clip N times (default: once)")
    alternatives = group.add_mutually_exclusive_group()
    alternatives.add_argument(
        "--fresh-connection",
        action="store_true",
        help="send each clip on its own connection, --connections of them at a time",
    )
    alternatives.add_argument(
        "--at-once", action="store_true", help="send the same clips on all connections at the same time"
    )
    group.add_argument(
        "--trailing-silence",
        type=seconds,
        default=TRAILING_SILENCE_S,
        metavar="TIME",
        help="silence after each clip (default: 2s)",
    )
    group.add_argument("--columns", metavar="FIELDS", help="headings of a table, such as audio=file,text=sentence")
    group.add_argument("--strict", action="store_true", help="refuse the run if an entry cannot be used")


def add_microphone_arguments(parser: argparse.ArgumentParser) -> None:
    """`flux-stress microphone`."""
    add_endpoint_argument(parser, optional=True)
    sound = parser.add_argument_group("sound")
    sound.add_argument("--sample-rate", type=whole, default=16_000, metavar="HZ", help="default: 16000")
    sound.add_argument(
        "--device", metavar="NAME", help="microphone, by number or by part of its name (default: the system default)"
    )
    sound.add_argument("--list-devices", action="store_true", help="list the capture devices and exit")
    sound.add_argument(
        "--record-microphone",
        action="store_true",
        help="save the microphone's audio as microphone.flac in the session folder; off by default",
    )
    _add_common(parser)


def add_list_endpoints_arguments(parser: argparse.ArgumentParser) -> None:
    """`flux-stress list-endpoints`."""
    parser.add_argument("--status", choices=sorted(API_SPELLING), metavar="STATUS", help=", ".join(API_SPELLING))
    _add_address(parser, "control plane")
    add_log_level(parser, "WARNING")


def add_summary_arguments(parser: argparse.ArgumentParser) -> None:
    """`flux-stress summary`."""
    parser.add_argument("session", metavar="SESSION", help=SESSION_HELP)
    parser.add_argument("--summary-jsonl", metavar="PATH", help="write one JSON object per connection; - is stdout")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    add_log_level(parser, "WARNING")


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """`flux-stress data`."""
    parser.add_argument("action", choices=("check", "convert"), help="count what it contains, or write a manifest")
    parser.add_argument(
        "path",
        metavar="PATH",
        help="a folder, NeMo manifest, CSV or TSV table, LibriSpeech or Kaldi directory; sample is the bundled one",
    )
    parser.add_argument("--columns", metavar="FIELDS", help="headings of a table, such as audio=file,text=sentence")
    parser.add_argument("--to", metavar="FILE", default="manifest.jsonl", help="manifest (default: manifest.jsonl)")
    parser.add_argument("--strict", action="store_true", help="fail if an entry cannot be used")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    add_log_level(parser, "WARNING")


def add_self_test_arguments(parser: argparse.ArgumentParser) -> None:
    """`flux-stress self-test`."""
    parser.add_argument("--quick", action="store_true", help="run only the checks that start no process")
    parser.add_argument("--picture", metavar="PATH", help="save the image of the window that is rendered off-screen")
    add_log_level(parser, "ERROR")


def add_streams_per_channel(place: _Place) -> None:
    """`--streams-per-channel`."""
    place.add_argument(
        "--streams-per-channel",
        type=whole,
        default=1,
        metavar="N",
        help="let up to N streams share a TCP and TLS connection (default: 1, as in production)",
    )


def add_endpoint_argument(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """The endpoint's name."""
    parser.add_argument(
        "endpoint",
        metavar="ENDPOINT",
        nargs="?" if optional else None,
        help="name of the SageMaker endpoint; “local” starts the built-in endpoint on this machine",
    )


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--connections", type=whole, default=1, metavar="N", help="concurrent connections (default: 1)")
    add_streams_per_channel(parser)
    parser.add_argument(
        "--duration",
        type=seconds,
        metavar="TIME",
        help="stop after TIME, such as 30s or 2m, counted from the last batch",
    )
    parser.add_argument(
        "--chunk-ms",
        type=chunk_ms,
        default=80.0,
        metavar="N",
        help=f"length of an audio chunk in milliseconds, {CHUNK_MS[0]} to {CHUNK_MS[1]} (default: 80)",
    )
    parser.add_argument(
        "--no-reconnect",
        action="store_false",
        dest="reconnect",
        help="end a connection at its first failure (default: throttled, dropped and stalled streams are reopened, up "
        "to 3 attempts each, and counted)",
    )
    cost = parser.add_argument_group("cost")
    cost.add_argument("--budget", metavar="AMOUNT", help="end the run there: stream-minutes, or money such as 5usd")
    cost.add_argument("--price", type=price, metavar="X", help="licence per stream-minute (default: as entered)")
    cost.add_argument("--currency", type=currency, metavar="CODE", help="of the price (default: USD)")
    add_flux_arguments(parser)
    add_place_arguments(parser)
    out = parser.add_argument_group("results")
    out.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="EXPR",
        help="fail the run unless the figure meets this, such as “update_p95_ms<400ms” (repeatable); every limit "
        "implies that all connections complete, unless “completed” or “completed_percent” is limited",
    )
    out.add_argument("--summary-jsonl", metavar="PATH", help="write one JSON object per connection; - is stdout")
    add_document_arguments(out)
    out.add_argument("--json", action="store_true", help="print only the final summary on stdout, as JSON")
    out.add_argument("--quiet", action="store_true", help="print neither transcript nor live table")
    out.add_argument("--sessions-dir", metavar="DIR", help="where to create the session folder (default: user data)")
    add_log_level(out, "INFO")


def add_document_arguments(out: _Place) -> None:
    """The documents that are written at the end of a run."""
    out.add_argument("--report", metavar="FILE", help="write a report of the run: .html, .md or .json")
    out.add_argument("--junit", metavar="FILE", help="write the limits as JUnit, one test case each")
    out.add_argument("--metrics-file", metavar="FILE", help="write the figures as OpenMetrics text")


def add_flux_arguments(parser: argparse.ArgumentParser) -> None:
    """Parameters of Flux that a stream is opened with."""
    flux = parser.add_argument_group("Flux")
    flux.add_argument("--model", default="flux-general-en", help="default: flux-general-en")
    flux.add_argument("--eot-threshold", type=number, metavar="X", help="0.5 to 1.0 (above 0.9: newer builds only)")
    flux.add_argument(
        "--eager-eot-threshold", type=number, metavar="X", help="0.3 to 0.9, at most --eot-threshold; enables eager"
    )
    flux.add_argument("--eot-timeout-ms", type=whole, metavar="N", help="500 to 60000 (above 10000: newer builds only)")
    flux.add_argument("--keyterms", default="", metavar="A,B", help="words to boost, comma-separated")
    flux.add_argument("--encoding", default="linear16", help="linear16 (default), mulaw or alaw")
    flux.add_argument("--language-hints", default="", metavar="en,es", help="flux-general-multi only")
    flux.add_argument("--profanity-filter", choices=("true", "false"), help="default: the server's")
    flux.add_argument("--numerals", action=argparse.BooleanOptionalAction, default=None, help="write numbers as digits")
    flux.add_argument("--redact", metavar="KIND", help="redact the transcript on the server, such as pci or numbers")
    flux.add_argument("--tag", action="append", default=[], metavar="TAG", help="label for usage reports (repeatable)")
    flux.add_argument(
        "--mip-opt-out",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="opt out of the Deepgram Model Improvement Program",
    )
    flux.add_argument(
        "--extra", default="", metavar="K=V&K2=V2", help="more query parameters; they override the flags above"
    )


def add_place_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the endpoint is, and which build it runs."""
    place = parser.add_argument_group("endpoint")
    _add_address(place, "runtime")
    place.add_argument("--target-variant", type=filled, metavar="NAME", help="production variant")
    place.add_argument("--bundle", metavar="BUILD", help="server build, if known; “local” then behaves like it")
    place.add_argument("--local-arguments", metavar="ARGS", help="more arguments for the built-in endpoint")
    place.add_argument(
        "--no-account",
        action="store_true",
        help="do not read the endpoint's instances, CloudWatch metrics and scaling during the run",
    )


def add_experiment_results(parser: argparse.ArgumentParser) -> None:
    """Where the result of an experiment goes, and what its runs have in common."""
    out = parser.add_argument_group("results")
    add_document_arguments(out)
    out.add_argument("--json", action="store_true", help="print only the report on stdout, as JSON")
    out.add_argument("--sessions-dir", metavar="DIR", help="where sessions are kept (default: user data)")
    add_log_level(out, "INFO")
    parser.set_defaults(duration=None, chunk_ms=80.0, reconnect=False, limit=[])


_Place = argparse.ArgumentParser | argparse._ArgumentGroup


def _add_address(place: _Place, service: str) -> None:
    region = "AWS region (default: AWS_REGION, the profile's region, or us-east-1)"
    place.add_argument("--region", type=filled, help=region)
    place.add_argument("--profile", type=filled, help="named profile of the AWS configuration")
    address = f"use this {service} instead of the one of AWS"
    place.add_argument("--endpoint-url", type=filled, metavar="URL", help=address)
    place.add_argument(
        "--ca-bundle", metavar="FILE", help="trusted certificate authorities, PEM (default: AWS_CA_BUNDLE)"
    )


def add_log_level(place: _Place, default: str) -> None:
    """`--log-level`."""
    place.add_argument(
        "--log-level", default=default, choices=LOG_LEVELS, help=f"log level on stderr (default: {default})"
    )
