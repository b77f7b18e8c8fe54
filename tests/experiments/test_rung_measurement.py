"""One rung of a capacity search, on streams that open, fail and are replaced at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from flux_desktop.engine.measuring.generator_limits import generator_limits
from flux_desktop.engine.records.events import GeneratorsSeen, Snapshot
from flux_desktop.engine.records.facts import GeneratorRow, LedgerClass
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.evaluation.capacity.criteria import parse_criterion
from flux_desktop.evaluation.capacity.report import PhaseDurations
from flux_desktop.evaluation.capacity.rung import RungOutcome
from flux_desktop.evaluation.capacity.search import Rung
from flux_desktop.experiments.capacity_plan import CapacityPlan
from flux_desktop.experiments.rung_measurement import RungMeasurement
from tests.experiments.test_held_streams import Bench
from tests.experiments.test_load_observer import ended, streaming

PLAN = CapacityPlan(
    run=RunPlan(endpoint="fake", source=WavSource(path="a.wav")),
    criteria=(parse_criterion("wire_p50_ms<500"),),
    timing=PhaseDurations(settle_min_s=1.0, settle_max_s=2.0, measure_s=10.0, cool_down_s=5.0),
)


class RungBench(Bench):
    """Notes how long each phase lasts; `during` happens while a rung is measured."""

    def __init__(self, refused_from: int = 1000, instances: tuple[int | None, ...] = (None,)) -> None:
        super().__init__(refused_from)
        self.phases: list[tuple[str, float]] = []
        self.longest_s: dict[str, float] = {}
        self.during: Callable[[], None] = lambda: None
        self._instances = list(instances)
        self._measurement = RungMeasurement(
            PLAN, self.observer, self.held, now_s=lambda: self.now_s, wait=self._pass_time, count_instances=self._count
        )

    async def _count(self) -> int | None:
        return self._instances.pop(0) if len(self._instances) > 1 else self._instances[0]

    async def _pass_time(
        self, phase: str, longest_s: float, until: Callable[[], bool] | None = None, then_s: float = 0.0
    ) -> float:
        self.phases.append((phase, longest_s))
        self.longest_s[phase] = longest_s + then_s
        if phase == "measuring":
            self.during()
        if until is not None and until():
            return 0.0
        self.now_s += longest_s
        return longest_s

    def measured(self, rung: Rung) -> RungOutcome:
        self.phases.clear()
        return asyncio.run(self._measurement.measured(rung))


def test_a_rung_is_settled_and_then_measured_longer_with_each_attempt() -> None:
    bench = RungBench()
    outcome = bench.measured(Rung(streams=2, attempt=3))
    assert bench.phases == [("settling", 1.0), ("measuring", 30.0)]
    assert bench.longest_s == {"settling": 2.0, "measuring": 30.0}, "of the whole phase, not of one wait"
    assert (outcome.streams, outcome.connected, outcome.attempt, outcome.measure_s) == (2, 2, 3, 30.0)
    assert outcome.stream_minutes == pytest.approx(2 * 31.0 / 60, abs=0.001)


def test_a_rung_with_refused_streams_is_not_measured() -> None:
    bench = RungBench(refused_from=2)
    outcome = bench.measured(Rung(streams=3))
    assert bench.phases == []
    assert (outcome.judgement, outcome.refused, outcome.connected) == ("FAIL", 1, 2)


def test_all_streams_end_before_a_cool_down() -> None:
    bench = RungBench()
    bench.measured(Rung(streams=2))
    bench.asked.clear()
    outcome = bench.measured(Rung(streams=1, cool_down=True))
    assert bench.phases[0] == ("cool-down", 5.0)
    assert bench.asked == [("end", [1, 2]), ("open", [3])]
    assert outcome.after_cool_down


def test_a_lost_stream_decides_a_rung_at_once() -> None:
    bench = RungBench()
    bench.during = lambda: bench.observer.take(ended(1, bench.now_s, LedgerClass.FAILED))
    outcome = bench.measured(Rung(streams=2))
    assert (outcome.judgement, outcome.lost, outcome.measure_s) == ("FAIL", 1, 0.0)


def test_a_replaced_stream_or_another_number_of_instances_makes_a_rung_invalid() -> None:
    bench = RungBench()
    bench.during = lambda: bench.observer.take(streaming(1, bench.now_s))
    outcome = bench.measured(Rung(streams=1))
    assert (outcome.judgement, outcome.reason) == ("INVALID", "1 stream was replaced while measuring")
    assert RungBench(instances=(2,)).measured(Rung(streams=1)).instances == 2
    outcome = RungBench(instances=(1, 2)).measured(Rung(streams=1))
    assert (outcome.judgement, outcome.instances_changed) == ("INVALID", True)


def test_a_generator_that_answers_late_makes_a_rung_invalid() -> None:
    bench = RungBench()
    unheard_s = 2 * generator_limits().answer_s
    late = GeneratorRow(name="10.0.0.7", heard_s_ago=unheard_s, heard_at_most_s_ago=unheard_s)
    bench.during = lambda: bench.observer.take(GeneratorsSeen(t=bench.now_s, rows=[late]))
    outcome = bench.measured(Rung(streams=1))
    assert (outcome.judgement, outcome.reason) == (
        "INVALID",
        generator_limits().late_answer("10.0.0.7", unheard_s),
    )


def test_an_engine_process_that_reports_late_makes_a_rung_invalid_even_where_its_streams_seem_silent() -> None:
    bench, limits = RungBench(), generator_limits()
    unheard_s = 5 * limits.answer_s

    def suspended() -> None:
        bench.observer.take(Snapshot(t=bench.now_s + unheard_s, ledger={}, unheard_s=unheard_s))

    bench.during = suspended
    outcome = bench.measured(Rung(streams=1))
    assert (outcome.judgement, outcome.reason) == ("INVALID", limits.late_report(unheard_s))
    bench.during = lambda: None
    assert bench.measured(Rung(streams=1)).judgement != "INVALID", "only the rung that it falls in"
