"""`flux-stress capacity`: how many conversations an endpoint holds within limits, and at what price."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain, plain_json
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.cli import arguments
from flux_desktop.cli.account import account_of
from flux_desktop.cli.argument_values import currency, filled, number, price, seconds, whole
from flux_desktop.cli.cluster import add_option, cluster_pool
from flux_desktop.cli.consent import agreed
from flux_desktop.cli.cost import prices_from
from flux_desktop.cli.documents import check_documents, write_documents
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code
from flux_desktop.cli.paths import sessions_folder
from flux_desktop.cli.planning import checked, options_from, plan_from, source_from
from flux_desktop.cli.session_care import after_run, before_run
from flux_desktop.cli.stop_signals import StopSignals
from flux_desktop.cli.streams import Printer, complain
from flux_desktop.datasets.assignment import TRAILING_SILENCE_S
from flux_desktop.engine.records.events import Event, Notice
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.evaluation.capacity.criteria import DEFAULT_TEXT, Criterion, parse_criterion
from flux_desktop.evaluation.capacity.effort import longest_minutes, longest_stream_minutes
from flux_desktop.evaluation.capacity.report import CapacityReport, PhaseDurations
from flux_desktop.evaluation.capacity.result import Result, capacity_cost
from flux_desktop.evaluation.capacity.rung import RungOutcome, interval_text
from flux_desktop.evaluation.capacity.scaling_policy import policy_lines
from flux_desktop.evaluation.capacity.search import START, SearchSettings
from flux_desktop.evaluation.cost import Prices, budget_stream_minutes, money
from flux_desktop.experiments.capacity import INTERRUPTED, CapacitySearch
from flux_desktop.experiments.capacity_plan import STREAM_MAX_S, CapacityPlan, Progress, on_demand_plan
from flux_desktop.experiments.clip_run import MakeEngine
from flux_desktop.reports.capacity_policy import policy_for

MAX_STREAMS = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    arguments.add_endpoint_argument(parser)
    sound = parser.add_argument_group("sound")
    source = sound.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", metavar="PATH", help="a data set: each connection sends its own clips")
    source.add_argument("--file", metavar="PATH", help="an audio file, repeated on every connection")
    sound.add_argument("--seed", type=whole, default=0, metavar="N", help="order of the clips of --data (default: 0)")
    sound.add_argument("--columns", metavar="FIELDS", help="headings of a table, such as audio=file,text=sentence")
    sound.add_argument(
        "--channel",
        choices=("mix", "left", "right"),
        default="mix",
        help="what is sent of a stereo file (default: mix)",
    )
    sound.add_argument(
        "--in-phase",
        action="store_true",
        dest="at_once",
        help="with --data: send the same clips on all connections, so that turns end together (the worst case)",
    )
    search = parser.add_argument_group("search")
    search.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="EXPR",
        help=f"what the endpoint must meet (default: {DEFAULT_TEXT}; repeatable): wire, update or end_delivery, with "
        "p50, p90, p95 or p99",
    )
    search.add_argument(
        "--max", type=whole, default=MAX_STREAMS, metavar="N", help=f"most streams to try (default: {MAX_STREAMS})"
    )
    search.add_argument("--start", type=whole, default=START, metavar="N", help=f"first number (default: {START})")
    search.add_argument(
        "--repeats", type=whole, default=3, metavar="N", help="measurements of the boundary (default: 3)"
    )
    arguments.add_streams_per_channel(search)
    search.add_argument("--settle", type=seconds, default=30.0, metavar="TIME", help="longest settling (default: 30s)")
    search.add_argument("--measure", type=seconds, default=60.0, metavar="TIME", help="per rung (default: 60s)")
    search.add_argument("--cool-down", type=seconds, default=10.0, metavar="TIME", help="after an overload (10s)")
    search.add_argument(
        "--budget", metavar="AMOUNT", help="end the search there: stream-minutes, such as 500, or money, such as 5usd"
    )
    search.add_argument("--until", type=filled, metavar="HH:MM", help="end the search at this time of day")
    search.add_argument("--yes", action="store_true", help="start without asking, however many stream-minutes it takes")
    cost = parser.add_argument_group("cost")
    cost.add_argument("--price", type=price, metavar="X", help="licence per stream-minute (default: as entered)")
    cost.add_argument("--instance-price", type=price, metavar="X", help="instance per hour (default: as entered)")
    cost.add_argument("--currency", type=currency, metavar="CODE", help="of both prices (default: USD)")
    cost.add_argument("--utilisation", type=number, default=0.75, metavar="X", help="0.1 to 1 (default: 0.75)")
    arguments.add_flux_arguments(parser)
    arguments.add_place_arguments(parser)
    add_option(parser)
    out = parser.add_argument_group("results")
    out.add_argument(
        "--policy", action="store_true", help="print commands that register a scaling policy for the result"
    )
    arguments.add_document_arguments(out)
    out.add_argument("--json", action="store_true", help="print only the report on stdout, as JSON")
    out.add_argument("--sessions-dir", metavar="DIR", help="where to create the session folder (default: user data)")
    arguments.add_log_level(out, "INFO")
    parser.set_defaults(
        connections=1,
        duration=STREAM_MAX_S,
        chunk_ms=80.0,
        reconnect=False,
        loop=True,
        stages=None,
        strict=False,
        passes=1,
        fresh_connection=False,
        trailing_silence=TRAILING_SILENCE_S,
    )


def run(args: argparse.Namespace) -> int:
    """Carry out the command; returns the exit status."""
    try:
        check_documents(args)
        prices = prices_from(args)
        plan = _plan(args, prices)
        sessions_dir = sessions_folder(args)
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return problem_exit_code(error.problem)
    minutes = longest_stream_minutes(plan.search, plan.timing)
    if plan.budget_stream_minutes is not None:
        minutes = min(minutes, plan.budget_stream_minutes)
    if not agreed(args, plan.run, minutes, longest_minutes(plan.search, plan.timing), own_prices=prices):
        complain("Nothing was started.")
        return ExitCode.USAGE
    before_run(minutes, sessions_dir)
    try:
        with cluster_pool(args) as pool:
            return asyncio.run(_search(args, plan, prices, partial(Supervisor, sessions_dir=sessions_dir, pool=pool)))
    except ProblemError as error:
        complain(plain(error.problem.sentence()))
        return problem_exit_code(error.problem)


async def _search(args: argparse.Namespace, plan: CapacityPlan, prices: Prices, make_engine: MakeEngine) -> int:
    printer = Printer()
    live = sys.stderr.isatty()

    def show_rung(outcome: RungOutcome) -> None:
        if live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        if args.json:
            complain(rung_line(outcome))
        else:
            printer.line(rung_line(outcome))

    def show_progress(progress: Progress) -> None:
        if live:
            text = f"{amount(progress.rung.streams, 'stream')}: {progress.phase}, at most {progress.left_s:.0f} s left"
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    def show_event(event: Event) -> None:
        if isinstance(event, Notice):
            complain(plain(event.problem.sentence()))

    search = CapacitySearch(
        plan, on_rung=show_rung, on_progress=show_progress, on_event=show_event, make_engine=make_engine
    )
    with StopSignals(lambda _: search.stop()):
        report = await search.run()
    if live:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    report.account = await account_of(search.session_folder)
    report.scaling_policy = policy_for(report, plan.run)
    if args.json:
        printer.line(plain_json(msgspec.json.encode(report).decode()))
    else:
        lines = result_lines(report, prices, args.utilisation)
        if report.account is not None:
            lines += ["", *report.account.lines()]
        if args.policy and report.scaling_policy is not None:
            lines += ["", *policy_lines(report.scaling_policy)]
        for line in lines:
            printer.line(plain(line))
    if search.session_folder is not None:
        complain(plain(f"Recorded in {search.session_folder}. {search.unrecorded}".rstrip()))
    written = write_documents(args, search.session_folder)
    after_run([search.session_folder])
    return exit_code(report, search.problem, search.unrecorded) or written


def exit_code(report: CapacityReport, problem: Problem | None = None, unrecorded: str = "") -> ExitCode:
    """0 where a capacity or a lower bound is known and recorded; `problem` is why the run failed as a whole."""
    assert report.result is not None
    if problem is not None and not report.rungs:
        return problem_exit_code(problem)
    if report.result.reason == INTERRUPTED:
        return ExitCode.INTERRUPTED
    if report.result.kind == "INVALID":
        return ExitCode.INVALID
    if not report.result.passes:
        return ExitCode.LIMIT_BROKEN
    return ExitCode.CONNECTION_FAILED if unrecorded else ExitCode.OK


def rung_line(outcome: RungOutcome) -> str:
    """One rung in a line of text."""
    how = ", after an overload" if outcome.approach == "above" else ", cooled down" if outcome.after_cool_down else ""
    again = f", attempt {outcome.attempt}" if outcome.attempt > 1 else ""
    figures = "; ".join(f"{each.criterion.name} {interval_text(each)}" for each in outcome.measured)
    told_by_figures = any(each.judgement == "FAIL" for each in outcome.measured) and not outcome.refused
    reason = f": {outcome.reason}" if outcome.reason and not told_by_figures else ""
    streams = f"{outcome.streams:>5} stream{'s' * (outcome.streams != 1)}"
    return f"{outcome.judgement:<9} {streams}{how}{again}{reason}  {figures}".rstrip()


def result_lines(report: CapacityReport, prices: Prices, utilisation: float) -> list[str]:
    """The answer, its price, and the evidence in a line."""
    assert report.result is not None
    lines = ["", report.sentence]
    cost = capacity_cost(report.result, prices, utilisation)
    if cost is not None:
        lines.append(
            f"{money(cost.per_minute, cost.currency)} per conversation-minute at {utilisation * 100:.0f} % "
            f"utilisation: licence {money(cost.licence_per_minute, cost.currency)}, "
            f"{_instances(report.result)} {money(cost.instance_per_minute, cost.currency)}; 1,000 minutes "
            f"{money(cost.of(1000), cost.currency)}."
        )
        if prices.suggested:
            lines.append(f"The price per stream-minute is a suggestion of {prices.date}: pass --price for your own.")
    limits = ", ".join(map(str, report.criteria))
    rungs = f"{len(report.rungs)} rung{'s' * (len(report.rungs) != 1)}"
    lines.append(
        f"{rungs}, {report.stream_minutes:.1f} stream-minutes, {report.duration_s / 60:.1f} minutes; "
        f"limits {limits}; a figure passes or fails where its whole 95 % interval over connections does."
    )
    return lines


def _instances(result: Result) -> str:
    words = {None: "instance (one assumed)", 1: "instance"}
    return words.get(result.instances, f"{result.instances} instances")


def _plan(args: argparse.Namespace, prices: Prices) -> CapacityPlan:
    if not 1 <= args.max <= 10_000 or not args.start >= 1 or args.repeats < 1:
        raise _wrong("--max must be between 1 and 10000, and --start and --repeats at least 1.", "")
    if not 0.1 <= args.utilisation <= 1:
        raise _wrong(f"--utilisation must be between 0.1 and 1 (got {args.utilisation:g}).", "Write 0.75 for 75 %.")
    for name in ("settle", "measure", "cool_down"):
        if (value := getattr(args, name)) < 0 or (name == "measure" and not value):
            raise _wrong(f"--{name.replace('_', '-')} is out of range (got {value:g} s).", "Give a time such as 60s.")
    limits, args.limit = args.limit or [DEFAULT_TEXT], []
    run_plan = plan_from(args, source_from(args), options_from(args))
    run_plan = checked(on_demand_plan(run_plan, args.max))
    return CapacityPlan(
        run=run_plan,
        criteria=_criteria(limits),
        search=SearchSettings(start=min(args.start, args.max), max_streams=args.max, repeats=args.repeats),
        timing=PhaseDurations(
            settle_min_s=min(PhaseDurations().settle_min_s, args.settle),
            settle_max_s=args.settle,
            measure_s=args.measure,
            cool_down_s=args.cool_down,
        ),
        budget_stream_minutes=budget_stream_minutes(args.budget, prices) if args.budget is not None else None,
        until=_until(args.until) if args.until else None,
    )


def _criteria(texts: Sequence[str]) -> tuple[Criterion, ...]:
    return tuple(parse_criterion(text) for text in texts)


def _until(text: str) -> datetime:
    """The next time at which the clock shows `text`."""
    now = datetime.now().astimezone()
    try:
        time_of_day = datetime.strptime(text, "%H:%M")
    except ValueError:
        raise _wrong(f"The time “{text}” cannot be read.", "Write it as HH:MM, such as 18:30.") from None
    end = now.replace(hour=time_of_day.hour, minute=time_of_day.minute, second=0, microsecond=0)
    return end if end > now else end + timedelta(days=1)


def _wrong(what: str, todo: str) -> ProblemError:
    return ProblemError(Problem(code="option_unknown", what=what, todo=todo))
