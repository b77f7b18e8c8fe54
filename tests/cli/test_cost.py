"""Tests of costs and budgets on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import resource_path
from flux_desktop.cli.cost import cost_sentence, prices_from, stream_minutes
from flux_desktop.cli.main import main
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, WavSource
from flux_desktop.engine.records.stages import Stage
from flux_desktop.evaluation.cost import Prices, budget_stream_minutes

WAV = str(resource_path("sample_audio/conversation.wav"))
PRICES = Prices(licence_per_stream_minute=0.01)


def plan(**fields: object) -> RunPlan:
    return RunPlan(**({"endpoint": "my-flux", "source": WavSource(path=WAV)} | fields))  # type: ignore[arg-type]


def test_the_minutes_of_a_plan() -> None:
    looped = WavSource(path=WAV, loop=True)
    assert stream_minutes(plan(source=looped, duration_s=120.0, connections=5)) == 10
    assert stream_minutes(plan(source=looped, stages=(Stage(10, 30.0), Stage(20, 60.0)), connections=20)) == 25
    assert stream_minutes(plan(source=looped)) is None
    assert stream_minutes(plan(source=MicrophoneSource())) is None
    whole = stream_minutes(plan(connections=2))
    assert whole is not None
    assert 0.5 < whole < 3


def test_a_data_set_is_charged_for_its_clips_and_their_silence() -> None:
    manifest = str(resource_path("sample_audio/conversations/manifest.jsonl"))
    once = stream_minutes(plan(source=DataSetSource(path=manifest), connections=4))
    at_once = stream_minutes(plan(source=DataSetSource(path=manifest, at_once=True), connections=4))
    assert once is not None
    assert 8 < once < 24
    assert at_once == pytest.approx(4 * once)
    # 29 clips: each of 290 connections sends one, and each clip is sent ten times.
    many = stream_minutes(plan(source=DataSetSource(path=manifest), connections=290))
    assert many == pytest.approx(10 * once)
    assert stream_minutes(plan(source=DataSetSource(path=manifest), connections=29)) == pytest.approx(once)
    more = stream_minutes(plan(source=DataSetSource(path=manifest), connections=31))
    assert more is not None
    assert once + 2 * 20 / 60 < more < once + 2 * 40 / 60
    twice = DataSetSource(path=manifest, passes=2)
    assert stream_minutes(plan(source=twice, connections=31)) == pytest.approx(2 * once)


def test_a_clip_that_cannot_be_read_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(Path(WAV).read_bytes())
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    whole = stream_minutes(plan())
    assert whole is not None
    source = DataSetSource(path=str(tmp_path), trailing_silence_s=60.0)
    assert stream_minutes(plan(source=source)) == pytest.approx(whole + 1)


def test_streams_that_wait_before_their_audio_are_charged() -> None:
    looped = WavSource(path=WAV, loop=True)
    waiting = plan(source=looped, duration_s=120.0, connections=5, idle_before_audio_s=60.0)
    assert stream_minutes(waiting) == 15


def test_the_cost_is_shown_for_a_real_endpoint() -> None:
    looped = WavSource(path=WAV, loop=True)
    assert cost_sentence(plan(source=looped, duration_s=600.0, connections=10), PRICES) == (
        "About 100 stream-minutes, $1.00 plus the instance."
    )
    assert cost_sentence(plan(source=looped, connections=3), PRICES).endswith("for each minute, until stopped.")
    assert cost_sentence(plan(endpoint="local"), PRICES) == ""


def test_a_budget_is_minutes_or_money() -> None:
    assert budget_stream_minutes("500", PRICES) == 500
    assert budget_stream_minutes("5usd", PRICES) == pytest.approx(500)
    assert budget_stream_minutes("$5", PRICES) == pytest.approx(500)
    for text in ("", "-1", "5eur", "many"):
        with pytest.raises(ProblemError):
            budget_stream_minutes(text, PRICES)
    in_euro = msgspec.structs.replace(PRICES, currency="EUR")
    assert budget_stream_minutes("€5", in_euro) == budget_stream_minutes("5eur", in_euro) == pytest.approx(500)
    with pytest.raises(ProblemError, match="such as 5eur"):
        budget_stream_minutes("$5", in_euro)
    with pytest.raises(ProblemError, match="needs a price"):
        budget_stream_minutes("5usd", Prices())


def test_the_flags_replace_stored_prices() -> None:
    args = argparse.Namespace(price=0.02, currency="EUR", instance_price=7.0)
    prices = prices_from(args)
    assert (prices.licence_per_stream_minute, prices.currency, prices.instance_per_hour) == (0.02, "EUR", 7.0)
    assert not prices.suggested


def test_a_price_in_another_currency_is_none_in_this_one() -> None:
    args = argparse.Namespace(price=None, currency="EUR", instance_price=7.0)
    prices = prices_from(args)
    assert (prices.licence_per_stream_minute, prices.currency, prices.instance_per_hour) == (None, "EUR", 7.0)
    assert not prices.suggested


def test_an_empty_budget_is_refused_and_not_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["file", "local", "--file", WAV, "--budget", ""]) == 2
    assert "The budget “” cannot be read." in capsys.readouterr().err
