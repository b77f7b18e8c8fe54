"""`flux-stress sweep`: record a data set once, evaluate all thresholds offline, and confirm the chosen ones live."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain, plain_json
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.cli import arguments
from flux_desktop.cli.argument_values import whole
from flux_desktop.cli.cluster import add_option, cluster_pool
from flux_desktop.cli.consent import agreed
from flux_desktop.cli.documents import FLAGS, check_documents, write_documents
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code, without_result
from flux_desktop.cli.paths import sessions_folder
from flux_desktop.cli.planning import checked, options_from, plan_from
from flux_desktop.cli.progress_line import ProgressLine, show_notice
from flux_desktop.cli.session_care import after_run, before_run
from flux_desktop.cli.stop_signals import StopSignals
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.cli.sweep_text import report_lines
from flux_desktop.datasets.reader import data_set_path, read_data_set
from flux_desktop.datasets.table import parse_columns
from flux_desktop.engine.recording.session_folder import session_named
from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.evaluation.thresholds.presets import LIMITS, PresetLimit
from flux_desktop.evaluation.thresholds.sweep_report import SweepReport, sweep_report
from flux_desktop.evaluation.traces.trace import Trace
from flux_desktop.evaluation.turns.reference import with_turns
from flux_desktop.experiments.clip_run import ClipRun, MakeEngine
from flux_desktop.experiments.confirm import chosen_settings, confirm
from flux_desktop.experiments.read_traces import read_traces, setting_of
from flux_desktop.experiments.sweep import Sweep, SweepRecording
from flux_desktop.experiments.sweep_plan import LINE_NOISE_DBFS, TIMEOUT_MS, SweepPlan
from flux_desktop.experiments.sweep_result import kept_report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.add_endpoint_argument(parser, optional=True)
    what = parser.add_argument_group("what to record")
    source = what.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", metavar="PATH", help="a data set with turns, or sample for the bundled one")
    source.add_argument(
        "--from",
        nargs="+",
        metavar="SESSION",
        dest="sessions",
        help="evaluate sessions that were recorded before: their folders or names",
    )
    what.add_argument("--columns", metavar="FIELDS", help="headings of a table, such as audio=file,text=sentence")
    what.add_argument("--repeats", type=whole, default=3, metavar="N", help="recordings of each clip (default: 3)")
    what.add_argument("--connections", type=whole, default=8, metavar="N", help="clips at the same time (default: 8)")
    arguments.add_streams_per_channel(what)
    what.add_argument(
        "--line-noise", action="store_true", help=f"noise of {LINE_NOISE_DBFS:g} dBFS in the silence after each clip"
    )
    what.add_argument("--seed", type=whole, default=0, metavar="N", help="order of the clips (default: 0)")
    what.add_argument("--restart", action="store_true", help="do not continue an interrupted sweep")
    what.add_argument("--yes", action="store_true", help="start without asking, however many stream-minutes it takes")
    answer = parser.add_argument_group(
        "answer",
        "--eot-threshold, --eager-eot-threshold and --eot-timeout-ms are the current setting, shown for comparison.",
    )
    answer.add_argument(
        "--cut-offs",
        metavar="A,B,C",
        help="most holds cut off by the presets fast, balanced and patient, in percent (default: 10,5,2)",
    )
    answer.add_argument(
        "--confirm", type=whole, default=0, metavar="N", help="run N chosen settings live, beside the current one"
    )
    arguments.add_flux_arguments(parser)
    arguments.add_place_arguments(parser)
    add_option(parser)
    arguments.add_experiment_results(parser)


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        limits = _limits(args.cut_offs)
        check_documents(args)
        sessions_dir = sessions_folder(args)
        if args.sessions:
            return _evaluate(args, limits)
        plan = sweep_plan(args)
        with cluster_pool(args) as pool:
            make_engine = partial(Supervisor, sessions_dir=sessions_dir, pool=pool)
            return _run(args, plan, limits, sessions_dir, make_engine)
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return ExitCode.USAGE if args.sessions else problem_exit_code(error.problem)


def _run(
    args: argparse.Namespace,
    plan: SweepPlan,
    limits: Sequence[PresetLimit],
    sessions_dir: Path | None,
    make_engine: MakeEngine,
) -> int:
    line = ProgressLine("clips")
    sweep = Sweep(plan, on_progress=line.show, on_event=show_notice, sessions_dir=sessions_dir, make_engine=make_engine)
    size = sweep.size
    if size.recorded:
        complain(f"Continuing: {size.recorded:,} of {size.streams:,} clips are recorded already.")
    current_ms = plan.base.options.eot_timeout_ms_in_force  # the current setting is one of them
    live_ms = [current_ms, *[TIMEOUT_MS] * args.confirm] if args.confirm else []
    stream_minutes = size.stream_minutes + sum(size.live_streams_s(live_ms)) / 60
    minutes = size.minutes + size.live_s(live_ms, plan.at_once) / 60
    if not agreed(args, plan.base, stream_minutes, minutes, besides="besides recordings that fail and are sent again"):
        complain("Nothing was started.")
        return ExitCode.USAGE
    before_run(stream_minutes, sessions_dir)
    return asyncio.run(_record(args, sweep, plan, line, limits, make_engine))


def sweep_plan(args: argparse.Namespace) -> SweepPlan:
    """What the flags ask for; raises `ProblemError`."""
    if not args.endpoint:
        raise _wrong("An endpoint is needed to record.", "Write its name, or local for the built-in one.")
    if args.repeats < 1 or not 1 <= args.connections <= 1000 or args.confirm < 0:
        raise _wrong("--repeats must be at least 1, --connections between 1 and 1000, and --confirm at least 0.", "")
    try:
        columns = parse_columns(args.columns) if args.columns else {}
    except ValueError as error:
        raise _wrong(f"--columns cannot be used. {error}", "") from None
    path = str(data_set_path(args.data))
    base = checked(plan_from(args, DataSetSource(path=path, columns=columns), options_from(args)))
    return SweepPlan(
        base=base,
        data=path,
        columns=columns,
        repeats=args.repeats,
        seed=args.seed,
        at_once=args.connections,
        line_noise_dbfs=LINE_NOISE_DBFS if args.line_noise else None,
        restart=args.restart,
    )


async def _record(
    args: argparse.Namespace,
    sweep: Sweep,
    plan: SweepPlan,
    line: ProgressLine,
    limits: Sequence[PresetLimit],
    make_engine: MakeEngine,
) -> int:
    started_s, streams = time.monotonic(), sweep.size.streams
    with StopSignals(lambda _: sweep.stop()):
        recording = await sweep.run()
    line.clear()
    if not recording.traces:
        status, why = without_result(recording.problem, interrupted=recording.interrupted)
        complain(plain(why))
        after_run(recording.sessions)
        return status
    if recording.problem is not None:
        complain(plain(recording.problem.sentence()))
    report = kept_report(plan, recording, limits, _missing(recording, streams))
    report = replace(report, stream_minutes=round(recording.sent_s / 60, 1))
    interrupted, invalid = recording.interrupted, recording.invalid
    is_given_up = recording.problem is not None and recording.problem.code in {"generator_lost", "recording_failed"}
    if args.confirm and report.turns and not interrupted and not is_given_up:
        report, interrupted, live_invalid = await _confirmed(args, plan, report, recording.traces, make_engine)
        invalid = invalid or live_invalid
    report = replace(report, duration_s=round(time.monotonic() - started_s, 1))
    _print(args, report)
    complain(f"Recorded in {plain(', '.join(str(folder) for folder in recording.sessions))}.")
    written = write_documents(args, recording.sessions[-1])
    after_run(recording.sessions)
    if interrupted:
        return ExitCode.INTERRUPTED
    if invalid:
        return ExitCode.INVALID
    return ExitCode.CONNECTION_FAILED if recording.missing else written


async def _confirmed(
    args: argparse.Namespace,
    plan: SweepPlan,
    report: SweepReport,
    recorded: Sequence[Trace],
    make_engine: MakeEngine,
) -> tuple[SweepReport, bool, bool]:
    """The report with the live figures, and whether their run was interrupted or INVALID."""
    settings = chosen_settings(report.current, report.presets, report.frontier, args.confirm)
    complain(f"Running {amount(len(settings), 'setting')} live: {'; '.join(setting.text for setting in settings)}.")
    line, runs = ProgressLine("live clips"), list[ClipRun]()
    stopped: list[bool] = []

    def stop() -> None:
        stopped.append(True)
        for each in runs:
            each.stop()

    clips = read_data_set(plan.data, plan.columns).clips
    with StopSignals(lambda _: stop()):
        result = await confirm(
            plan.base,
            plan.data,
            with_turns(clips),
            settings,
            recorded,
            at_once=plan.at_once,
            line_noise_dbfs=plan.line_noise_dbfs,
            on_progress=line.show,
            on_run=runs.append,
            make_engine=make_engine,
        )
    line.clear()
    if result.run.problem is not None:
        complain(plain(result.run.problem.sentence()))
    note = result.run.invalid_note("live run")
    notes = [*report.notes, note] if note else report.notes
    minutes = round((report.stream_minutes or 0.0) + result.run.sent_s / 60, 1)
    report = replace(report, confirmed=list(result.confirmed), notes=notes, stream_minutes=minutes)
    return report, bool(stopped), bool(note)


def _evaluate(args: argparse.Namespace, limits: Sequence[PresetLimit]) -> int:
    """`--from`: nothing is recorded."""
    if any(getattr(args, flag) for flag in FLAGS):
        raise _wrong("Documents are of what is recorded; with --from nothing is.", "Use flux-stress report SESSION.")
    if args.confirm:
        raise _wrong("--confirm needs an endpoint and --data.", "Leave it out, or record a sweep.")
    folders = [session_named(text) for text in args.sessions]
    read = read_traces(folders)
    plan: RunPlan = read.plans[0]
    has_turns = any(trace.turns for trace in read.traces)
    limit = [_why_not_above(read.setting.eot, read.setting.timeout_ms)] if has_turns else []
    current = setting_of(options_from(args)) if _names_a_setting(args) else setting_of(plan.options)
    report = sweep_report(
        read.traces,
        current=current,
        endpoint=plan.endpoint,
        limits=limits,
        notes=[*read.notes, *limit],
        sessions=[folder.name for folder in folders],
    )
    _print(args, report)
    return ExitCode.OK if report.turns else ExitCode.USAGE


def _names_a_setting(args: argparse.Namespace) -> bool:
    return any(value is not None for value in (args.eot_threshold, args.eager_eot_threshold, args.eot_timeout_ms))


def _why_not_above(eot: float, timeout_ms: int) -> str:
    return (
        f"Thresholds above {eot:g} and timeouts above {timeout_ms} ms are not evaluated: the server ended turns there, "
        "and what it would have transcribed as one longer turn is unknown."
    )


def _missing(recording: SweepRecording, streams: int) -> str:
    if not recording.missing:
        return ""
    return (
        f"Missing recordings of clips: {recording.missing:,} of {streams:,}, as their streams failed or the end of the "
        "last turn was not received; the same command sends them again."
    )


def _print(args: argparse.Namespace, report: SweepReport) -> None:
    printer = Printer()
    if args.json:
        printer.line(plain_json(msgspec.json.encode(report).decode()))
        return
    for line in report_lines(report):
        printer.line(plain(line))


def _limits(text: str | None) -> Sequence[PresetLimit]:
    if text is None:
        return LIMITS
    try:
        shares = [float(part) / 100 for part in text.split(",")]
    except ValueError:
        shares = []
    if len(shares) != len(LIMITS) or not all(0 < share < 1 for share in shares):
        raise _wrong("--cut-offs cannot be used.", "Write three percentages, such as 10,5,2.")
    return [PresetLimit(limit.name, share) for limit, share in zip(LIMITS, shares, strict=True)]


def _wrong(what: str, todo: str) -> ProblemError:
    return ProblemError(Problem(code="plan_invalid", what=what, todo=todo))
