"""What the Capacity page searches for, and what it shows of a search: rows, sentences, cost. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.resources import SAMPLE_DATA_SET, resource_path
from flux_desktop.datasets.clip import unusable
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, DataSetSource, RunPlan
from flux_desktop.evaluation.capacity.criteria import DEFAULT_TEXT, Criterion, parse_criterion
from flux_desktop.evaluation.capacity.effort import longest_minutes, longest_stream_minutes
from flux_desktop.evaluation.capacity.report import CapacityReport, Timing
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.capacity.rung import RungOutcome, interval_text
from flux_desktop.evaluation.capacity.search import START, Settings
from flux_desktop.evaluation.cost import (
    SUGGESTED,
    ConversationCost,
    Prices,
    budget_stream_minutes,
    conversation_cost,
    cost_of,
    money,
)
from flux_desktop.ui.models import text

if TYPE_CHECKING:
    from flux_desktop.experiments.capacity import CapacityPlan, Progress

BUNDLED = "Bundled conversations"
STREAMS_MAX = 10_000
SAMPLE_CAPACITY = 12
"""Streams that the built-in endpoint is limited to in the example search, which so has an answer."""


@dataclass(frozen=True, slots=True)
class SearchChoices:
    """A search as chosen on the page. Texts are as typed; an empty path is the bundled data set."""

    path: str = ""
    limits: str = DEFAULT_TEXT
    start: int = START
    max_streams: int = 100
    repeats: int = 3
    settle_s: float = 30.0
    measure_s: float = 60.0
    in_phase: bool = False
    budget: str = ""
    """Stream-minutes, or money with its currency; empty is none."""
    until: str = ""
    """HH:MM; empty is none."""

    @property
    def name(self) -> str:
        """The data set as the page names it."""
        path = Path(self.path)
        return BUNDLED if not self.path else path.parent.name if path.name == "manifest.jsonl" else path.name

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The limits; raises `ProblemError` for the first that cannot be read."""
        texts = [part for part in self.limits.replace(",", " ").split() if part]
        return tuple(parse_criterion(each) for each in texts or [DEFAULT_TEXT])

    @property
    def search(self) -> Settings:
        return Settings(start=min(self.start, self.max_streams), max_streams=self.max_streams, repeats=self.repeats)

    @property
    def timing(self) -> Timing:
        usual = Timing()
        return Timing(
            settle_min_s=min(usual.settle_min_s, self.settle_s),
            settle_max_s=self.settle_s,
            measure_s=self.measure_s,
            cool_down_s=min(usual.cool_down_s, self.settle_s),
        )

    def budget_stream_minutes(self, prices: Prices) -> float | None:
        """The budget; None for none. Raises `ProblemError`."""
        return budget_stream_minutes(self.budget, prices) if self.budget.strip() else None

    def until_time(self, now: datetime) -> datetime | None:
        """The next moment at which the clock shows `until`; None for none. Raises `ProblemError`."""
        if not self.until.strip():
            return None
        try:
            of_day = datetime.strptime(self.until.strip(), "%H:%M")
        except ValueError:
            what = f"The time “{self.until}” cannot be read."
            raise ProblemError(Problem(code="option_unknown", what=what, todo="Write it as HH:MM.")) from None
        end = now.replace(hour=of_day.hour, minute=of_day.minute, second=0, microsecond=0)
        return end if end > now else end + timedelta(days=1)

    def plan(self, base: RunPlan, prices: Prices, now: datetime) -> CapacityPlan:
        """The search on the endpoint of `base`; raises `ProblemError` for what cannot be read."""
        from flux_desktop.experiments.capacity import CapacityPlan, on_demand_plan

        try:
            data = self.path or str(resource_path(SAMPLE_DATA_SET))
        except FileNotFoundError as error:
            raise unusable(Path(SAMPLE_DATA_SET), str(error)) from None
        source = DataSetSource(path=data, at_once=self.in_phase)
        run = on_demand_plan(replace(base, source=source, batch_size=0, held_max=0), self.max_streams)
        return CapacityPlan(
            run=run,
            criteria=self.criteria,
            search=self.search,
            timing=self.timing,
            budget_stream_minutes=self.budget_stream_minutes(prices),
            until=self.until_time(now),
        )

    def effort_words(self, endpoint: str, prices: Prices) -> str:
        """What the search takes at most, shown before it starts; what cannot be read is said instead."""
        try:
            budget = self.budget_stream_minutes(prices)
            _ = self.criteria
            _ = self.until_time(datetime.now().astimezone())
        except ProblemError as error:
            return error.problem.sentence()
        minutes = longest_stream_minutes(self.search, self.timing)
        minutes = minutes if budget is None else min(minutes, budget)
        lasts = f"about {text.clock(60 * longest_minutes(self.search, self.timing))} at most"
        if endpoint == LOCAL_ENDPOINT:
            return f"At most {minutes:,.0f} stream-minutes, {lasts} · no cost"
        return f"{cost_of(minutes, prices).sentence()}, at most; {lasts}"


@dataclass(slots=True)
class CapacityModel:
    """What the page shows. Whoever changes it refreshes the page."""

    report: CapacityReport | None = None
    progress: Progress | None = None
    searching: bool = False
    stopping: bool = False
    prices: Prices = SUGGESTED
    utilisation: float = 0.75
    minutes_each: float = 4.0
    """Length of a conversation for the cost sheet."""
    rungs: list[RungOutcome] = field(default_factory=list)
    """Of the search in progress; of `report` once it has ended."""

    @property
    def result(self) -> Result | None:
        return None if self.report is None else self.report.result

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Limits of the search that is shown."""
        if self.report is not None:
            return self.report.criteria
        return tuple(each.criterion for each in self.rungs[-1].measured) if self.rungs else ()

    def cost(self) -> ConversationCost | None:
        """Cost of conversations at the capacity found; None unless it and both prices are known."""
        result = self.result
        if result is None or result.scaling_target is None:
            return None
        return conversation_cost(result.passes, self.prices, utilisation=self.utilisation)

    def answer(self) -> str:
        """The result in words, with its price where that is known: what Copy copies."""
        if self.report is None or self.report.result is None:
            return ""
        cost = self.cost()
        if cost is None:
            return self.report.sentence
        price = money(cost.per_minute, cost.currency)
        return f"{self.report.sentence} {price} per conversation-minute at {cost.utilisation:.0%} utilisation."

    def evidence(self) -> str:
        """How much the answer rests on."""
        report = self.report
        if report is None:
            return ""
        limits = ", ".join(map(str, report.criteria))
        return (
            f"{len(report.rungs)} rungs · {report.stream_minutes:,.1f} stream-minutes · {text.clock(report.duration_s)}"
            f" · limits {limits} · a rung passes or fails where the whole 95 % interval over connections does"
        )

    def cost_rows(self) -> list[tuple[str, str]]:
        """The cost sheet; its reason where there is none."""
        cost = self.cost()
        if cost is None:
            return []
        currency = cost.currency
        share = 100 * cost.licence_per_minute / cost.per_minute if cost.per_minute else 0.0
        rows = [
            ("Conversation-minute", money(cost.per_minute, currency)),
            ("of it licence and instance", f"{share:.0f} % and {100 - share:.0f} %"),
            (f"{self.minutes_each:g}-minute conversation", money(cost.of(self.minutes_each), currency)),
            ("1,000 minutes", money(cost.of(1000), currency)),
        ]
        hosted = self.prices.hosted_per_minute
        if hosted:
            percent = cost.compared_with(hosted)
            words = f"{abs(percent):.0f} % {'less' if percent < 0 else 'more'}"
            rows.append((f"Hosted at {money(hosted, currency)}", words))
        return rows

    def cost_reason(self) -> str:
        """Why there is no cost sheet."""
        if self.result is None:
            return "The cost follows once a capacity is known."
        if self.result.scaling_target is None:
            return "This search found no capacity, so there is no cost per conversation."
        missing = [
            name
            for name, price in (
                ("the licence per stream-minute", self.prices.licence_per_stream_minute),
                ("the instance per hour", self.prices.instance_per_hour),
            )
            if price is None
        ]
        return f"Enter {' and '.join(missing)}." if missing else ""


COLUMNS = ("Streams", "Verdict", "Figure", "95 %", "n", "Why")


def rung_row(outcome: RungOutcome) -> tuple[str, ...]:
    """A rung as a row of `COLUMNS`; the figure is the one nearest to its limit."""
    worst = outcome.worst()
    figure, interval, count = "", "", ""
    if worst is not None and worst.value_ms is not None:
        figure, count = f"{worst.value_ms:,.0f} ms", f"{worst.n:,}"
        if worst.low_ms is not None:
            high = "open" if worst.high_ms is None else f"{worst.high_ms:,.0f}"
            interval = f"{worst.low_ms:,.0f} to {high}"
    return (streams_words(outcome), outcome.judgement, figure, interval, count, outcome.reason)


def streams_words(outcome: RungOutcome) -> str:
    """``48``, ``48 ↓`` after an overload, and its number for a longer attempt."""
    attempt = f" ×{outcome.attempt}" if outcome.attempt > 1 else ""  # noqa: RUF001
    return f"{outcome.streams}{' ↓' if outcome.approach == 'above' else ''}{attempt}"


def rung_tip(outcome: RungOutcome) -> str:
    """Everything about a rung."""
    how = {
        (False, "below"): "streams were added to those that were open",
        (True, "below"): "after all streams had been closed and a cool-down",
        (False, "above"): "right after an overload",
    }.get((outcome.after_cool_down, outcome.approach), "right after an overload")
    lines = [f"{outcome.judgement} with {outcome.streams} streams, {how}"]
    lines += [
        f"{each.criterion.label}: {interval_text(each)}, limit {each.criterion.below_ms:g} ms"
        for each in outcome.measured
    ]
    if outcome.reason:
        lines.append(f"{outcome.reason[:1].upper()}{outcome.reason[1:]}")
    lines.append(f"{outcome.connected} open, {outcome.refused} refused; measured for {outcome.measure_s:g} s")
    return "\n".join(lines)


def progress_words(progress: Progress | None) -> tuple[str, str]:
    """What a search in progress does, and how long this phase still takes."""
    if progress is None:
        return "Starting…", ""
    return (
        f"{progress.rung.streams} streams: {progress.phase}, {progress.open_streams} open",
        f"{text.clock(max(0.0, progress.left_s))} left in this phase",
    )
