"""What a recording costs and is made with; facts of a data set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.engine.records.plan import DataSetSource, plan_problems
from flux_desktop.evaluation.trace import Setting
from flux_desktop.flux.bundles import FLUX_ENGLISH_20260311, LATEST, UNKNOWN
from flux_desktop.ui.models.measurement import (
    BUNDLED,
    TRAILING_SILENCE_S,
    DataFacts,
    Measurement,
    build_to_try,
    fallback,
    read_facts,
    recorded_setting,
    streams_ended,
)
from tests.audio.wav_bytes import data, fmt, riff, written
from tests.ui import scripted

FACTS = DataFacts(Path("set.jsonl"), "set", clips=10, turns=20, holds=30, audio_s=100.0, longest_s=30.0)


def test_streams_minutes_and_time() -> None:
    measurement = Measurement(repeats=3, connections=6)
    assert measurement.streams(FACTS) == 30
    seconds = 3 * (100 + 10 * TRAILING_SILENCE_S)
    assert measurement.stream_seconds(FACTS) == pytest.approx(seconds)
    assert measurement.wall_s(FACTS) == pytest.approx(seconds / 6)
    assert Measurement(repeats=1, connections=200).wall_s(FACTS) == pytest.approx(30 + TRAILING_SILENCE_S)


def test_the_built_in_endpoint_costs_nothing_and_others_are_priced() -> None:
    measurement = Measurement()
    assert "no cost" in measurement.cost_sentence(FACTS, "local")
    priced = measurement.cost_sentence(FACTS, "flux-en-prod")
    assert "$" in priced
    assert "suggested price" in priced


def test_the_plan_records_at_the_highest_setting_of_the_build() -> None:
    base = scripted.plan(2, endpoint="local")
    plan = Measurement(repeats=2, connections=5).plan(base, FACTS, LATEST)
    assert not plan_problems(plan)
    assert isinstance(plan.source, DataSetSource)
    assert plan.source.fresh_connection
    assert plan.source.passes == 2
    assert (plan.connections, plan.held_max) == (20, 5)
    assert recorded_setting(plan) == Setting(eot=1.0, timeout_ms=10_000)
    assert plan.options.eager_eot_threshold is None
    older = Measurement().plan(base, FACTS, FLUX_ENGLISH_20260311)
    assert recorded_setting(older).eot == 0.9


def test_an_unknown_build_is_tried_at_1_and_then_at_0_9() -> None:
    plan = Measurement().plan(scripted.plan(2), FACTS, build_to_try(UNKNOWN))
    assert plan.options.eot_threshold == 1.0
    older = fallback(plan)
    assert older is not None
    assert older.options.eot_threshold == 0.9
    assert fallback(older) is None


def test_streams_that_are_over_are_counted() -> None:
    ledger = {str(LedgerClass.COMPLETED): 3, str(LedgerClass.FAILED): 1, str(ConnectionState.STREAMING): 4}
    assert streams_ended(ledger) == 4


def test_the_bundled_data_set_has_turns_and_holds() -> None:
    facts = read_facts(None)
    assert facts.name == BUNDLED
    assert facts.clips >= 20
    assert facts.turns > facts.clips
    assert facts.holds > 0
    assert facts.longest_s < facts.audio_s
    assert f"{facts.clips} clips" in facts.describe()


def test_a_data_set_without_turns_cannot_be_measured(tmp_path: Path) -> None:
    written(tmp_path, riff(fmt(), data()), "a.wav")
    (tmp_path / "manifest.jsonl").write_text(json.dumps({"audio_filepath": "a.wav", "text": "hello"}) + "\n")
    with pytest.raises(ProblemError) as caught:
        read_facts(tmp_path)
    assert "where turns end" in caught.value.problem.why
