"""What is brought up to date at which pace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flux_desktop.engine.records.events import ConnectionChanged, RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, Verdict
from flux_desktop.engine.records.plan import DataSetSource, WavSource
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.window.refresher import NOT_READY, READY, Refresher
from tests.ui import scripted
from tests.ui.window.page_bench import PageBench

Position = tuple[float | None, list[tuple[float, float]]]


@pytest.fixture
def refresher(bench: PageBench) -> Refresher:
    return Refresher(bench.state, bench.page, bench.controller)


@pytest.fixture
def positions(bench: PageBench, monkeypatch: pytest.MonkeyPatch) -> list[Position]:
    positions: list[Position] = []
    waveform = bench.page.sound_panel.waveform
    monkeypatch.setattr(waveform, "set_position", lambda position_s, turns: positions.append((position_s, turns)))
    return positions


def choose_recording(bench: PageBench) -> None:
    bench.state.recording = WavShape(Path("conversation.wav"), 10.0, 16_000, 1, np.array([0.5]))


def stream(bench: PageBench, position_s: float) -> None:
    row = ConnectionRow(conn=1, state=ConnectionState.STREAMING, position_s=position_s)
    bench.feed(Snapshot(t=1.0, ledger={"streaming": 1}, rows=[row]))


async def test_the_status_says_whether_a_run_can_start(bench: PageBench, refresher: Refresher) -> None:
    bench.state.changed()
    assert bench.page.status.main.full_text() == NOT_READY
    choose_recording(bench)
    bench.state.changed()
    assert bench.page.status.main.full_text() == READY


async def test_the_panels_are_locked_during_a_run(bench: PageBench, refresher: Refresher) -> None:
    page = bench.page
    locked = (page.endpoint_panel.list, page.sound_panel.choose_button, page.flux_panel.model)
    engine = bench.start()
    engine.session_folder = Path("sessions/one")
    refresher.draw_labels()
    assert not any(widget.isEnabled() for widget in locked)
    assert not page.run_bar.start_button.isEnabled()
    assert "one" in page.status.folder_button.text()
    bench.feed(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={}))
    refresher.draw_labels()
    assert all(widget.isEnabled() for widget in locked)


async def test_the_transcript_in_front_is_drawn(bench: PageBench, refresher: Refresher) -> None:
    bench.start()
    refresher.draw_texts()
    assert bench.page.transcripts.current() == 1


async def test_curves_rest_while_the_page_is_not_seen(
    bench: PageBench, refresher: Refresher, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[None] = []
    monkeypatch.setattr(bench.page.plots, "refresh", lambda: drawn.append(None))
    bench.page.window().show()
    bench.state.presenting = True  # on another screen
    refresher.draw_curves()
    bench.page.hide()
    refresher.draw_curves()
    assert len(drawn) == 1


async def test_the_position_in_the_recording_follows_the_connection_in_front(
    bench: PageBench, refresher: Refresher, positions: list[Position]
) -> None:
    choose_recording(bench)
    bench.start()
    refresher.draw_labels()
    assert positions == [], "nothing was sent"
    stream(bench, 4.0)
    bench.state.run.conversation(1).cards.append(Card(index=0, tone="final", start_s=1.0, end_s=2.0))
    refresher.draw_labels()
    assert positions == [(4.0, [(1.0, 2.0)])]
    bench.page.transcripts.refresh()
    bench.page.transcripts.show_connection(2)
    positions.clear()
    refresher.draw_labels()
    assert positions == [], "the second connection has sent nothing"


async def test_a_loop_begins_again(bench: PageBench, refresher: Refresher, positions: list[Position]) -> None:
    choose_recording(bench)
    bench.start(source=WavSource(path="conversation.wav", loop=True))
    stream(bench, 24.0)
    refresher.draw_labels()
    assert positions[-1][0] == pytest.approx(4.0)


async def test_a_run_with_other_audio_has_no_position_in_the_recording(
    bench: PageBench, refresher: Refresher, positions: list[Position]
) -> None:
    """As a recording of Tune, which sends the clips of a data set."""
    choose_recording(bench)
    bench.start(source=DataSetSource(path="set.csv"))
    stream(bench, 4.0)
    refresher.draw_labels()
    bench.controller.stop()
    bench.feed(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={}))
    bench.state.run.reset(scripted.plan(1, source=WavSource(path="other.wav")))
    bench.feed(ConnectionChanged(t=0.5, conn=1, state=ConnectionState.STREAMING))
    stream(bench, 4.0)
    refresher.draw_labels()
    assert set(map(str, positions)) == {"(None, [])"}


@pytest.mark.parametrize("case", ["no recording", "a microphone", "the run is over"])
async def test_there_is_no_position(
    bench: PageBench, refresher: Refresher, positions: list[Position], case: str
) -> None:
    bench.start()
    stream(bench, 4.0)
    if case != "no recording":
        choose_recording(bench)
    bench.state.uses_microphone = case == "a microphone"
    if case == "the run is over":
        bench.feed(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={}))
    refresher.draw_labels()
    assert positions == []
