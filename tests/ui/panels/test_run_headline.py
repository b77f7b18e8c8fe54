"""The headline figures in the run bar: connections, latency, WER and pacing, and which give way to a narrow window."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import ConnectionChanged, RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass, Percentiles, Verdict
from flux_desktop.engine.records.figure_names import PACING_P99_MAX_MS
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.evaluation.statistics.intervals import percent_text
from flux_desktop.ui.panels.run_bar import RAMP_PX
from flux_desktop.ui.panels.run_headline import FAILURES
from flux_desktop.ui.style.theme import ThemeSource
from tests.reports.recorded_talk import small_accuracy
from tests.ui import scripted
from tests.ui.panels.test_run_bar import Bench


@pytest.fixture
def bench(qtbot: QtBot, theme: ThemeSource) -> Bench:
    return Bench(qtbot, theme)


def test_there_are_no_figures_before_the_first_run(bench: Bench) -> None:
    bench.bar.refresh()
    pills = (
        bench.bar.headline.streaming_pill,
        bench.bar.headline.latency_pill,
        bench.bar.headline.pacing_pill,
        bench.bar.headline.words_pill,
    )
    assert all(pill.isHidden() for pill in pills)


def test_the_connections_are_counted(bench: Bench) -> None:
    bench.run()
    bench.stream(1.0)
    assert bench.bar.headline.streaming_pill.text().startswith("1 of 2")
    assert bench.bar.headline.streaming_pill.property("pill") == "quiet"
    bench.state.run.feed(Snapshot(t=1.1, ledger={"streaming": 2}))
    bench.bar.refresh()
    assert bench.bar.headline.streaming_pill.property("pill") == "ok"
    bench.end(completed=1)
    assert bench.bar.headline.streaming_pill.text().startswith("1 of 2")
    assert bench.bar.headline.streaming_pill.property("pill") == "danger"
    bench.end(completed=2)
    assert bench.bar.headline.streaming_pill.property("pill") == "ok"


def test_connections_on_demand_are_not_counted_of_those_that_have_ended(bench: Bench) -> None:
    bench.state.run.reset(msgspec.structs.replace(scripted.plan(2), on_demand=True))
    bench.stream(1.0)
    pill = bench.bar.headline.streaming_pill
    assert (pill.text(), pill.property("pill")) == ("1 streaming", "ok")
    bench.state.run.feed(Snapshot(t=2.0, ledger={"completed": 1}))
    bench.bar.refresh()
    assert (pill.text(), pill.property("pill")) == ("0 streaming", "quiet")
    bench.end(completed=1)
    assert (pill.text(), pill.property("pill")) == ("1 of 1 completed", "ok"), "the other one was never wanted"


@pytest.mark.parametrize(
    ("p99_ms", "tone"), [(None, "quiet"), (PACING_P99_MAX_MS, "quiet"), (PACING_P99_MAX_MS + 0.1, "danger")]
)
def test_late_sending_is_marked_from_the_engines_limit_on(bench: Bench, p99_ms: float | None, tone: str) -> None:
    bench.run()
    bench.stream(1.0, pacing=Percentiles(n=1, p99_ms=p99_ms))
    assert bench.bar.headline.pacing_pill.property("pill") == tone


def test_latency_and_word_errors(bench: Bench) -> None:
    bench.run()
    bench.stream(1.0, update=Percentiles(n=9, p50_ms=251.0, p95_ms=312.0))
    assert "312 ms" in bench.bar.headline.latency_pill.text()
    assert bench.bar.headline.words_pill.isHidden()
    bench.stream(2.0, words=WordErrors(n=200, substitutions=24))
    assert "12 %" in bench.bar.headline.words_pill.text()
    assert bench.bar.headline.words_pill.toolTip().endswith("punctuation. Reference: 200 words.")
    assert not bench.bar.headline.words_pill.isHidden()


def test_the_normalised_rate_replaces_the_running_count(bench: Bench) -> None:
    bench.run()
    bench.stream(2.0, words=WordErrors(n=200, substitutions=24))
    bench.state.run.accuracy = small_accuracy()
    bench.bar.refresh()
    assert bench.bar.headline.words_pill.text() == "WER 40 %"
    rate = small_accuracy().words[0].normalised
    assert f"Normalised: {percent_text(rate.rate)}. Reference: {rate.errors.n} words." in (
        bench.bar.headline.words_pill.toolTip()
    )


def test_pills_without_room_are_left_out_and_the_others_are_whole(bench: Bench, qtbot: QtBot) -> None:
    host = QWidget()  # a window of its own would not become narrower than what is in it
    qtbot.addWidget(host)
    bench.bar.setParent(host)
    bench.run(connections=20)
    bench.stream(2.0, words=WordErrors(n=200, substitutions=24), update=Percentiles(n=9, p95_ms=1312.0))
    bar, shown = bench.bar, []
    pills = (bar.headline.streaming_pill, bar.headline.latency_pill, bar.headline.words_pill, bar.headline.pacing_pill)
    for width, pacing_ms in ((1800, 1.0), (1200, 1.0), (1100, 1.0), (1100, 90.0)):
        figures = {"update": Percentiles(n=9, p95_ms=1312.0), "pacing": Percentiles(n=9, p99_ms=pacing_ms)}
        bench.stream(2.0, words=WordErrors(n=200, substitutions=24), **figures)
        bar.resize(width, 60)
        bar.refresh()
        bar.grab()  # lays it out
        visible = [pill for pill in pills if not pill.isHidden()]
        assert all(pill.width() >= pill.sizeHint().width() for pill in visible), width
        assert (group := bar.ramp_button.parentWidget()) is not None
        assert group.width() >= RAMP_PX
        assert (bar.headline.pacing_pill if pacing_ms > 40 else bar.headline.streaming_pill) in visible
        shown.append(len(visible))
    bench.bar.setParent(None)
    assert shown[0] == 4
    assert shown == sorted(shown, reverse=True)
    assert shown[-1] < 4


def test_what_has_no_room_never_moves_the_buttons(bench: Bench, qtbot: QtBot) -> None:
    """Painting may come between two refreshes and their layout."""
    host = QWidget()
    qtbot.addWidget(host)
    bench.bar.setParent(host)
    bench.bar.resize(1200, 60)
    bench.run(connections=20)
    bench.stream(1.0, update=Percentiles(n=9, p95_ms=1312.0))
    host.show()
    bench.bar.refresh()
    bench.bar.grab()
    places = [widget.geometry() for widget in (bench.bar.stop_button, bench.bar.headline.streaming_pill)]
    bench.stream(2.0, update=Percentiles(n=9, p95_ms=1312.0))
    places_now = [widget.geometry() for widget in (bench.bar.stop_button, bench.bar.headline.streaming_pill)]
    bench.bar.resize(1060, 60)
    stop_now = bench.bar.stop_button.geometry()
    bench.bar.setParent(None)
    assert places_now == places
    assert stop_now == places[0], "nor while the window becomes narrower"


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_connection_is_shown_while_the_others_stream(bench: Bench, failure: LedgerClass) -> None:
    bench.run()
    bench.state.run.feed(ConnectionChanged(t=0.5, conn=1, state=ConnectionState.STREAMING))
    bench.state.run.feed(Snapshot(t=1.0, ledger={"streaming": 1, failure: 1}, rows=[]))
    bench.bar.refresh()
    assert bench.bar.headline.streaming_pill.text() == "1 of 2 streaming · 1 failed"
    assert bench.bar.headline.streaming_pill.property("pill") == "danger"


def test_a_stop_by_the_user_is_no_alarm(bench: Bench) -> None:
    bench.run()
    bench.state.run.feed(RunEnded(t=9.0, verdict=Verdict.DONE, ledger={"completed": 1}, interrupted=True))
    bench.bar.refresh()
    assert bench.bar.headline.streaming_pill.property("pill") == "quiet"
