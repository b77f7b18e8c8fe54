"""What the Capacity page searches for, and what that takes at most, in words. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, DataSetSource, RunPlan
from flux_desktop.evaluation.capacity.criteria import DEFAULT_TEXT, Criterion, parse_criterion
from flux_desktop.evaluation.capacity.effort import longest_minutes, longest_stream_minutes
from flux_desktop.evaluation.capacity.report import PhaseDurations
from flux_desktop.evaluation.capacity.search import START, SearchSettings
from flux_desktop.evaluation.cost import Prices, budget_stream_minutes, cost_of
from flux_desktop.ui.models import text
from flux_desktop.ui.models.chosen_data import data_name, data_path

if TYPE_CHECKING:
    from flux_desktop.experiments.capacity_plan import CapacityPlan

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
        return data_name(self.path)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The limits; raises `ProblemError` for the first that cannot be read."""
        texts = [part for part in self.limits.replace(",", " ").split() if part]
        return tuple(parse_criterion(each) for each in texts or [DEFAULT_TEXT])

    @property
    def search(self) -> SearchSettings:
        return SearchSettings(
            start=min(self.start, self.max_streams), max_streams=self.max_streams, repeats=self.repeats
        )

    @property
    def timing(self) -> PhaseDurations:
        usual = PhaseDurations()
        return PhaseDurations(
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
        from flux_desktop.experiments.capacity_plan import CapacityPlan, on_demand_plan

        source = DataSetSource(path=data_path(self.path), at_once=self.in_phase)
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
        lasts = f"about {text.clock(60 * longest_minutes(self.search, self.timing))}"
        if endpoint == LOCAL_ENDPOINT:
            return f"At most {minutes:,.0f} stream-minutes, {lasts}; no cost"
        cost = cost_of(minutes, prices).sentence()
        return f"At most {cost[:1].lower()}{cost[1:]}; {lasts}"


SAMPLE_SEARCH = SearchChoices(start=4, max_streams=4 * SAMPLE_CAPACITY, repeats=2, settle_s=6.0, measure_s=15.0)
"""The example: short rungs suffice, as the built-in endpoint's capacity is exact."""
