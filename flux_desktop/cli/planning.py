"""Builds a `RunPlan` from the flags; reads nothing but the files that they name."""

from __future__ import annotations

import argparse
import asyncio
import shlex
from pathlib import Path

import msgspec

from flux_desktop.audio.devices import find_device, input_devices
from flux_desktop.audio.intact import check_intact
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.redaction import remember_parameter
from flux_desktop.cli.live_table import audio_s
from flux_desktop.cli.paths import check_readable
from flux_desktop.datasets.assignment import TRAILING_SILENCE_S
from flux_desktop.datasets.reader import data_set_path, read_data_set
from flux_desktop.datasets.table import parse_columns
from flux_desktop.engine.records.pass_criteria import parse_limit
from flux_desktop.engine.records.plan import (
    LOCAL_ENDPOINT,
    DataSetSource,
    MicrophoneSource,
    RunPlan,
    Source,
    WavSource,
    plan_problems,
)
from flux_desktop.engine.records.stages import batched, parse_stages, slots
from flux_desktop.engine.sending.data_set_check import fresh_connections
from flux_desktop.flux.bundles import ALL_OPTIONS, BUNDLES
from flux_desktop.flux.messages import Configure, Thresholds
from flux_desktop.flux.options import (
    EAGER_EOT_THRESHOLD,
    EOT_THRESHOLD,
    EOT_TIMEOUT_MS,
    FluxOptions,
    contradictions,
    is_possible,
)
from flux_desktop.flux.query import QueryError, options_from_query, query_string

RECORDS_MICROPHONE = (
    "Recording: all audio from the microphone is saved as microphone.flac in the session folder. "
    "Record people only with their consent."
)

_OF_DATA_SETS = {
    "seed": 0,
    "passes": 1,
    "fresh_connection": False,
    "at_once": False,
    "trailing_silence": TRAILING_SILENCE_S,
    "columns": None,
    "strict": False,
}
"""Flags of `file` that concern a data set alone, with their defaults."""


def file_plan(args: argparse.Namespace) -> RunPlan:
    """The plan of `flux-stress file`; raises `ProblemError` with the first problem."""
    source = source_from(args)
    if args.stages is not None:
        stages = parse_stages(args.stages)
    else:
        stages = batched(args.connections, args.batch_size, args.batch_delay, args.duration)
    plan = msgspec.structs.replace(
        plan_from(args, source, options_from(args)),
        stages=stages,
        batch_size=args.batch_size,
        batch_delay_s=args.batch_delay,
        idle_before_audio_s=args.idle_before_audio,
        keepalive_interval_s=args.keepalive_interval,
        reconfigure_after_s=args.reconfigure_after,
        reconfigure=_reconfigure(args) if args.reconfigure_after is not None else None,
        finalize_at_end=args.finalize_at_end,
        force_end_turn_at_end=args.force_end_turn_at_end,
    )
    if stages:
        plan = msgspec.structs.replace(plan, connections=len(slots(stages)))
    if isinstance(source, DataSetSource):
        clips = len(read_data_set(source.path, source.columns).clips)
        if source.fresh_connection:
            plan = fresh_connections(checked(plan), clips)
    return checked(plan)


def source_from(args: argparse.Namespace) -> WavSource | DataSetSource:
    """The file or data set of the flags, once it was found readable; raises `ProblemError`."""
    if args.data is None:
        check_intact(open_recording(args.file, args.channel))
        loop = args.loop or args.stages is not None
        return WavSource(path=str(Path(args.file).resolve()), loop=loop, channel=args.channel)
    ignored = [flag for flag in ("duration", "loop", "stages") if getattr(args, flag)]
    if args.fresh_connection and ignored:
        why = f"--{ignored[0]} has no meaning with --fresh-connection: every connection sends one clip."
        raise _wrong("plan_invalid", why, "Use --passes to send the clips several times.")
    if args.loop and args.duration is None:
        raise _wrong("plan_invalid", "--loop with --data needs --duration.", "Add it, such as --duration 10m.")
    try:
        columns = parse_columns(args.columns) if args.columns else {}
    except ValueError as error:
        raise _wrong("option_unknown", f"--columns cannot be used. {error}", "") from None
    return DataSetSource(
        path=str(data_set_path(args.data)),
        seed=args.seed,
        columns=columns,
        strict=args.strict,
        channel=args.channel,
        passes=args.passes,
        at_once=args.at_once,
        fresh_connection=args.fresh_connection,
        trailing_silence_s=args.trailing_silence,
    )


def microphone_plan(args: argparse.Namespace) -> RunPlan:
    """The plan of `flux-stress microphone`; raises `ProblemError` with the first problem."""
    source = MicrophoneSource(record=args.record_microphone)
    if args.device is not None:
        device = find_device(asyncio.run(input_devices()), args.device)
        source = msgspec.structs.replace(source, device_index=device.index, device_name=device.name)
    options = msgspec.structs.replace(options_from(args), sample_rate_hz=args.sample_rate)
    return checked(plan_from(args, source, options))


def remarks(args: argparse.Namespace) -> list[str]:
    """Sentences about flags that have no effect in this combination."""
    sentences = [RECORDS_MICROPHONE] if getattr(args, "record_microphone", False) else []
    unused = [flag for flag, default in _OF_DATA_SETS.items() if getattr(args, flag, default) != default]
    if unused and args.data is None:
        flags = ", ".join(f"--{flag.replace('_', '-')}" for flag in unused)
        sentences.append(f"No effect without --data: {flags}.")
    changes = [name for name in vars(args) if name.startswith("reconfigure_") and getattr(args, name)]
    if changes and getattr(args, "reconfigure_after", None) is None:
        sentences.append("The other --reconfigure flags have no effect without --reconfigure-after.")
    if getattr(args, "stages", None) and (args.connections != 1 or args.duration is not None):
        sentences.append("--connections and --duration have no effect with --stages, which states both.")
    return sentences


def unsent_configure(plan: RunPlan) -> str:
    """A sentence where the audio ends before the time of Configure; else empty."""
    length_s = None if plan.stages else audio_s(plan)
    after_s = plan.reconfigure_after_s
    if plan.reconfigure is None or after_s is None or length_s is None or after_s < length_s:
        return ""
    return (
        f"No Configure will be sent: the audio ends after {length_s:.1f} s, before --reconfigure-after {after_s:g} s."
    )


def with_extra(options: FluxOptions, text: str, flag: str = "--extra", separator: str = "&") -> FluxOptions:
    """Options with the parameters of `flag`, which override the other flags.

    A known name with a valid value is set as its flag would be, so that it is checked and tracked in the same way.
    Everything else is sent to the server unchanged: that is what the flag is for.
    """
    for part in filter(None, (piece.strip() for piece in text.split(separator))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name:
            todo = f"Write name=value{separator}name2=value2."
            raise _wrong("extra_invalid", f"“{part}” in {flag} is not a name=value pair.", todo)
        is_short = name.endswith("_threshold") and value[:1] == "."  # “.7”, which a server need not read
        options = _with_pair(options, name, f"0{value}" if is_short else value)
    return options


def _with_pair(options: FluxOptions, name: str, value: str) -> FluxOptions:
    remember_parameter(name, value)
    raw = msgspec.structs.replace(options, extra=(*options.extra, (name, value)))
    # The sample rate of a stream is that of its audio, whatever is stated here.
    if name not in ALL_OPTIONS - {"sample_rate"}:
        return raw
    try:
        typed = options_from_query(query_string(msgspec.structs.replace(options, extra=((name, value),))))
    except QueryError:
        return raw
    return raw if contradictions(typed) else msgspec.structs.replace(typed, extra=options.extra)


def plan_from(args: argparse.Namespace, source: Source, options: FluxOptions) -> RunPlan:
    """The plan by the flags that all commands have; raises `ProblemError`."""
    bundle = args.bundle or "unknown"
    if args.bundle is not None and args.bundle not in BUNDLES:
        known = ", ".join(BUNDLES)
        raise _wrong("option_unknown", f"The server build {args.bundle} is unknown.", f"Use one of: {known}.")
    try:
        local_arguments = shlex.split(args.local_arguments or "")
    except ValueError as error:
        raise _wrong("option_unknown", f"--local-arguments cannot be parsed: {error}.", "Close the quotes.") from None
    if args.bundle is not None:
        local_arguments += ["--bundle", args.bundle]
    if args.ca_bundle is not None:
        check_readable("--ca-bundle", args.ca_bundle)
    return RunPlan(
        endpoint=args.endpoint or "",
        source=source,
        options=options,
        connections=args.connections,
        region=_region(args),
        profile=args.profile,
        endpoint_url=args.endpoint_url,
        ca_file=args.ca_bundle,
        target_variant=args.target_variant,
        duration_s=args.duration,
        streams_per_channel=args.streams_per_channel,
        chunk_s=args.chunk_ms / 1000,
        reconnect=args.reconnect,
        limits=tuple(parse_limit(text) for text in args.limit),
        bundle=bundle,
        local_arguments=tuple(local_arguments),
        # Another address of the runtime says nothing about where the account is.
        observe_account=args.endpoint != LOCAL_ENDPOINT and not args.endpoint_url and not args.no_account,
    )


def _region(args: argparse.Namespace) -> str:
    """The region of the run. The built-in endpoint has its own; boto3 is imported for none but a real one."""
    if args.region or (args.endpoint == LOCAL_ENDPOINT and args.endpoint_url is None):
        return args.region or "us-east-1"
    from flux_desktop.aws.account.configuration import resolved_region

    return resolved_region(None, args.profile)


def options_from(args: argparse.Namespace) -> FluxOptions:
    """The Flux parameters of the flags; raises `ProblemError`."""
    options = FluxOptions(
        model=args.model,
        encoding=args.encoding,
        eot_threshold=args.eot_threshold,
        eager_eot_threshold=args.eager_eot_threshold,
        eot_timeout_ms=args.eot_timeout_ms,
        keyterms=tuple(_split(args.keyterms)),
        language_hints=tuple(_split(args.language_hints)),
        profanity_filter=None if args.profanity_filter is None else args.profanity_filter == "true",
        numerals=args.numerals,
        redact=args.redact,
        mip_opt_out=args.mip_opt_out,
        tags=tuple(args.tag),
    )
    return with_extra(options, args.extra)


def _reconfigure(args: argparse.Namespace) -> Configure:
    """The message that the flags describe. An eager threshold above the other one is allowed: it may be the test."""
    message, thresholds = Configure(), Thresholds()
    for name, limits in (
        ("eot_threshold", EOT_THRESHOLD),
        ("eager_eot_threshold", EAGER_EOT_THRESHOLD),
        ("eot_timeout_ms", EOT_TIMEOUT_MS),
    ):
        value = getattr(args, f"reconfigure_{name}")
        if value is None:
            continue
        if not is_possible(FluxOptions(**{name: value})):
            raise _wrong(
                "option_out_of_range",
                f"The {name} to reconfigure, {value:g}, is out of range: "
                f"Flux accepts {limits.low:g} to {limits.high:g}.",
                "",
            )
        setattr(thresholds, name, value)
    if thresholds != Thresholds():
        message.thresholds = thresholds
    if keyterms := _split(args.reconfigure_keyterms):
        message.keyterms = keyterms
    if hints := _split(args.reconfigure_language_hints):
        message.language_hints = hints
    return message


def checked(plan: RunPlan) -> RunPlan:
    """The plan, once nothing was found wrong with it; raises `ProblemError` with the first problem."""
    for problem in plan_problems(plan):
        raise ProblemError(_as_one_sentence(problem))
    try:
        msgspec.json.encode(plan)
    except UnicodeEncodeError:
        raise _wrong("option_unknown", "An argument is not valid text.", "Write it in UTF-8.") from None
    return plan


def _as_one_sentence(problem: Problem) -> Problem:
    """For a value out of range, the range is explanation enough."""
    if problem.code != "option_out_of_range":
        return problem
    return Problem(code=problem.code, what=f"{problem.what.rstrip('.')}: {problem.why}")


def _split(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _wrong(code: str, what: str, todo: str) -> ProblemError:
    return ProblemError(Problem(code=code, what=what, todo=todo))
