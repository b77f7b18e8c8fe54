"""The wait after the last turn in words, and what the text is said to come from."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from flux_desktop.engine.records.events import RunStarted, Snapshot
from flux_desktop.engine.records.facts import Percentiles
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.presenter.answer import NOTHING_YET, PEOPLE, answer, source_words
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.tokens import font
from flux_desktop.ui.views.presenter.part import BODY_PX, SMALL_PX
from tests.ui import scripted


@pytest.fixture
def run() -> RunModel:
    model = RunModel()
    model.reset(scripted.plan(1))
    return model


def add(run: RunModel, **facts: object) -> None:
    card = Card(index=0, tone="final", text="words", ended_by="model")
    for name, value in facts.items():
        setattr(card, name, value)
    run.conversation(1).cards.append(card)


def test_the_wait_runs_from_the_last_word_and_is_compared_with_people(run: RunModel) -> None:
    assert answer(run.conversation(1), run) == NOTHING_YET
    add(run, latency_ms=40.0, decision_ms=490.0)
    add(run, tone="listening", text="more")
    latest_answer = answer(run.conversation(1), run)
    assert (latest_answer.figure, latest_answer.comparable) == ("answered after 0.53 s", True)
    assert latest_answer.caption == f"measured here · {PEOPLE}"
    assert latest_answer.many == "one turn so far"
    run.feed(Snapshot(t=1.0, ledger={}, figures={"end_of_turn": Percentiles(n=14, p50_ms=512.0)}))
    assert answer(run.conversation(1), run).many == "median of 14 turns 0.51 s"


def test_a_wait_whose_beginning_is_not_known_is_not_compared(run: RunModel) -> None:
    add(run, latency_ms=43.0)
    latest_answer = answer(run.conversation(1), run)
    assert latest_answer.figure == "delivered after 43 ms"
    assert not latest_answer.comparable
    assert PEOPLE not in latest_answer.caption


def test_an_end_by_timeout_is_named(run: RunModel) -> None:
    add(run, latency_ms=40.0, decision_ms=4960.0, ended_by="timeout")
    assert answer(run.conversation(1), run).figure == "timeout after 5.00 s"


@pytest.mark.parametrize("decision_ms", [None, 12_960.0])
@pytest.mark.parametrize("ended_by", ["model", "timeout", "manual"])
def test_it_fits_into_its_place_on_1920_by_1080(
    qapp: QApplication, run: RunModel, ended_by: str, decision_ms: float | None
) -> None:
    run.feed(Snapshot(t=1.0, ledger={}, figures={"end_of_turn": Percentiles(n=107_924, p50_ms=512.0)}))
    add(run, latency_ms=1_240.0, decision_ms=decision_ms, ended_by=ended_by)
    wait, room_px = answer(run.conversation(1), run), 732
    assert QFontMetricsF(font(BODY_PX + 6, bold=True)).horizontalAdvance(wait.figure) <= room_px
    for words in (wait.caption, wait.many, NOTHING_YET.caption):
        assert QFontMetricsF(font(SMALL_PX)).horizontalAdvance(words) <= room_px


def test_the_source_names_endpoint_model_and_build_and_says_what_is_not_flux(run: RunModel) -> None:
    assert run.plan is not None
    run.feed(
        RunStarted(t=0.0, wall_time="", plan=scripted.plan(1, bundle="latest", endpoint_url="https://x"), version="")
    )
    run.conversation(1).transcript_from = ("script a.words.json", "script b.words.json", "Whisper tiny.en")
    words = source_words(run.conversation(1), run)
    assert words == "local: not Flux · build latest · text from a script and Whisper tiny.en"
    run.reset(scripted.plan(1, bundle="latest", endpoint_url="https://127.0.0.1:43031"))
    assert source_words(None, run) == "local: not Flux · build latest", "of a recorded run, too"
    run.reset(scripted.plan(1, endpoint="flux-en"))
    assert source_words(None, run) == "flux-en · flux-general-en"
    run.reset(None)
    assert source_words(None, run) == ""
