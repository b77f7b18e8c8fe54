"""`flux-stress ab`: two settings or two endpoints on the same clips, interleaved and paired."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import msgspec
from msgspec.structs import replace

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain, plain_json
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.cli import arguments
from flux_desktop.cli.argument_values import margin, whole
from flux_desktop.cli.consent import agreed
from flux_desktop.cli.documents import check_documents, write_documents
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code, without_result
from flux_desktop.cli.paths import sessions_folder
from flux_desktop.cli.planning import checked, options_from, plan_from, with_extra
from flux_desktop.cli.progress_line import ProgressLine
from flux_desktop.cli.session_care import after_run, before_run
from flux_desktop.cli.stop_signals import StopSignals
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.cli.sweep_text import DEFINITIONS, figure_lines
from flux_desktop.datasets.reader import data_set_path, read_data_set
from flux_desktop.datasets.table import parse_columns
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.evaluation.comparing.paired import USUAL_MARGINS, Paired, Primary, p_text
from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.evaluation.turns.reference import with_turns
from flux_desktop.experiments.ab import AbPlan, AbReport, AbResult, kept_report, longest_minutes, run_ab
from flux_desktop.experiments.clip_run import ClipRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.add_endpoint_argument(parser)
    what = parser.add_argument_group("what to compare")
    what.add_argument(
        "--data", metavar="PATH", required=True, help="a data set with turns, or sample for the bundled one"
    )
    what.add_argument("--a", metavar="K=V,K=V", default="", help="parameters of arm A, such as eot_threshold=0.7")
    what.add_argument(
        "--b", metavar="K=V,K=V", default="", help="of arm B, such as eot_threshold=0.8,eager_eot_threshold=0.5"
    )
    what.add_argument("--endpoint-b", metavar="ENDPOINT", help="endpoint of arm B (default: the same)")
    what.add_argument(
        "--primary",
        choices=[each.value for each in Primary],
        default=Primary.WAIT.value,
        help="the figure that decides (default: wait)",
    )
    what.add_argument(
        "--margin",
        type=margin,
        metavar="X",
        help="a difference that does not matter, in ms or percentage points (default: 50 ms, 2 points)",
    )
    what.add_argument("--columns", metavar="FIELDS", help="headings of a table, such as audio=file,text=sentence")
    what.add_argument("--connections", type=whole, default=8, metavar="N", help="clips at the same time (default: 8)")
    arguments.add_streams_per_channel(what)
    what.add_argument("--seed", type=whole, default=0, metavar="N", help="order of the clips (default: 0)")
    what.add_argument("--yes", action="store_true", help="start without asking, however many stream-minutes it takes")
    arguments.add_flux_arguments(parser)
    arguments.add_place_arguments(parser)
    arguments.add_experiment_results(parser)


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        sessions_dir = sessions_folder(args)
        check_documents(args)
        plan, stream_minutes, minutes = ab_plan(args)
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return problem_exit_code(error.problem)
    complain(f"The primary figure is {plan.primary.value}; a difference within {_margin_text(plan)} does not matter.")
    a, b = (replace(base, options=each) for base, each in ((plan.base, plan.a), (plan.base_b or plan.base, plan.b)))
    paid, other = (b, a) if a.is_local else (a, b)
    if not agreed(args, paid, stream_minutes, minutes, [other]):
        complain("Nothing was started.")
        return ExitCode.USAGE
    before_run(stream_minutes, sessions_dir)
    result, interrupted = asyncio.run(_compare(plan, sessions_dir))
    try:
        return _deliver(args, plan, result, interrupted=interrupted)
    finally:
        after_run([run.session_folder for run in result.runs])


def _deliver(args: argparse.Namespace, plan: AbPlan, result: AbResult, *, interrupted: bool) -> int:
    if not (result.a_first and result.b):
        status, why = without_result(result.problem, interrupted=interrupted)
        complain(plain(why))
        return status
    if result.problem is not None:
        complain(plain(result.problem.sentence()))
    report = kept_report(plan, result)
    printer = Printer()
    if args.json:
        printer.line(plain_json(msgspec.json.encode(report).decode()))
    else:
        for line in report_lines(report):
            printer.line(plain(line))
    written = write_documents(args, result.runs[0].session_folder)
    if interrupted:
        return ExitCode.INTERRUPTED
    if result.invalid_notes():
        return ExitCode.INVALID
    return ExitCode.CONNECTION_FAILED if report.failed else written


def ab_plan(args: argparse.Namespace) -> tuple[AbPlan, float, float]:
    """What the flags ask for, and its stream-minutes and minutes; raises `ProblemError`."""
    if not 1 <= args.connections <= 1000:
        raise _wrong("--connections must be between 1 and 1000.", "")
    try:
        columns = parse_columns(args.columns) if args.columns else {}
    except ValueError as error:
        raise _wrong(f"--columns cannot be used. {error}", "") from None
    path = str(data_set_path(args.data))
    clips = read_data_set(path, columns).clips
    if not (entries := with_turns(clips)):
        raise _wrong("None of the clips states where turns end.", "Add turns to the manifest.")
    common = options_from(args)
    a, b = (with_extra(common, text, flag, ",") for flag, text in (("--a", args.a), ("--b", args.b)))
    source = DataSetSource(path=path, columns=columns)
    base = checked(plan_from(args, source, a))
    base_b = checked(replace(base, endpoint=args.endpoint_b, options=b)) if args.endpoint_b else None
    checked(replace(base, options=b))
    if a == b and base_b is None:
        complain("Both arms are the same: the result shows the noise of this endpoint.")
    primary = Primary(args.primary)
    margin = args.margin
    if margin is not None and primary is Primary.CUT_OFFS:
        margin /= 100
    plan = AbPlan(
        base=base,
        data=path,
        columns=columns,
        entries=entries,
        a=a,
        b=b,
        base_b=base_b,
        primary=primary,
        margin=USUAL_MARGINS[primary] if margin is None else margin,
        at_once=args.connections,
        seed=args.seed,
    )
    return plan, *longest_minutes(plan, clips)


async def _compare(plan: AbPlan, sessions_dir: Path | None) -> tuple[AbResult, bool]:
    line, runs, stopped = ProgressLine("clips"), list[ClipRun](), list[bool]()

    def stop() -> None:
        stopped.append(True)
        for each in runs:
            each.stop()

    with StopSignals(lambda _: stop()):
        result = await run_ab(plan, on_progress=line.show, on_run=runs.append, sessions_dir=sessions_dir)
    line.clear()
    return result, bool(stopped)


def report_lines(report: AbReport) -> list[str]:
    """The verdict, then both figures, then each arm."""
    compared = report.comparison
    return [
        "",
        compared.sentence,
        "",
        f"A: {report.endpoint}, {report.a}",
        f"B: {report.endpoint_b}, {report.b}",
        f"{amount(compared.turns, 'turn')} of {amount(compared.conversations, 'conversation')} in both arms, "
        "each sent twice, A B B A.",
        f"{DEFINITIONS} All decisions are judged, also those after a cut-off, which no replay can tell.",
        "",
        _paired_line("wait, mean", compared.wait_ms, 1.0, "ms"),
        _paired_line("cut off, of turns", compared.cut_offs, 100.0, "%"),
        f"{'McNemar, cut-offs':<20}only A {compared.mcnemar.only_a}, only B {compared.mcnemar.only_b}, "
        f"{p_text(compared.mcnemar.p)}",
        "",
        "Arm A, first pass",
        *(f"  {line}" for line in figure_lines(report.figures_a)),
        "Arm B, first pass",
        *(f"  {line}" for line in figure_lines(report.figures_b)),
        *(f"Note: {note}" for note in report.notes),
    ]


def _paired_line(name: str, figure: Paired, factor: float, unit: str) -> str:
    a, b = ("not known" if value is None else f"{value * factor:.1f} {unit}" for value in (figure.a, figure.b))
    apart = "points" if unit == "%" else unit
    return (
        f"{name:<20}A {a}, B {b}; B - A {_signed(figure.difference, factor, apart)}; "
        f"A - A {_signed(figure.noise, factor, apart)}"
    )


def _signed(estimate: Estimate, factor: float, unit: str) -> str:
    if estimate.value is None:
        return "not known"
    text = f"{estimate.value * factor:+.1f} {unit}"
    if estimate.low is None or estimate.high is None:
        return f"{text} (no interval, n = {estimate.n:,})"
    return f"{text} (95 % interval {estimate.low * factor:+.1f} to {estimate.high * factor:+.1f}, n = {estimate.n:,})"


def _margin_text(plan: AbPlan) -> str:
    is_share = plan.primary is Primary.CUT_OFFS
    return f"{100 * plan.margin:g} percentage points" if is_share else f"{plan.margin:g} ms"


def _wrong(what: str, todo: str) -> ProblemError:
    return ProblemError(Problem(code="plan_invalid", what=what, todo=todo))
