"""Saving transcripts and opening past sessions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.turns import Turn
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.services.past_run import PastRun
from flux_desktop.ui.services.run_controller import RUN_GROUP
from flux_desktop.ui.window import transcripts as module
from flux_desktop.ui.window.recordings import GROUP
from flux_desktop.ui.window.transcripts import NO_SESSION, Transcripts
from tests.ui import scripted
from tests.ui.window.page_bench import PageBench

EXPORT = "export"


@pytest.fixture
def transcripts(bench: PageBench) -> Transcripts:
    return Transcripts(bench.state, bench.page, bench.controller, bench.tasks)


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[int], str, Callable[[Path], None]]]:
    """In place of the dialog: which connections and format it was opened for, and what takes the answer."""
    asked: list[tuple[list[int], str, Callable[[Path], None]]] = []
    monkeypatch.setattr(module, "ask_where", lambda _parent, conns, suffix, then: asked.append((conns, suffix, then)))
    return asked


def spoken(bench: PageBench, connections: int) -> None:
    bench.state.run.reset(scripted.plan(connections))
    for conn in bench.state.run.conversations:
        bench.state.run.conversation(conn).turns.append(Turn(index=0, transcript=f"words of {conn}", ended_by="model"))
    bench.page.transcripts.refresh()


async def test_the_transcript_in_front_is_saved_as_a_file(
    bench: PageBench, transcripts: Transcripts, questions: list[Any], tmp_path: Path
) -> None:
    spoken(bench, 2)
    bench.page.transcripts.show_connection(2)
    transcripts.export_shown("txt")
    ((conns, suffix, then),) = questions
    assert (conns, suffix) == ([2], "txt")
    then(tmp_path / "mine.txt")
    await bench.settled(EXPORT)
    assert (tmp_path / "mine.txt").read_text().endswith("words of 2\n")
    assert bench.problems == []


async def test_all_transcripts_are_saved_into_a_folder(
    bench: PageBench, transcripts: Transcripts, questions: list[Any], tmp_path: Path
) -> None:
    spoken(bench, 2)
    transcripts.export_all("srt")
    ((conns, _suffix, then),) = questions
    assert conns == [1, 2]
    then(tmp_path)
    await bench.settled(EXPORT)
    assert "words of 1" in (tmp_path / "connection-0001.srt").read_text()
    assert "words of 2" in (tmp_path / "connection-0002.srt").read_text()


async def test_without_a_transcript_nothing_is_asked(
    bench: PageBench, transcripts: Transcripts, questions: list[Any]
) -> None:
    transcripts.export_shown("txt")
    transcripts.export_all("txt")
    assert questions == []


async def test_a_file_that_cannot_be_written_is_reported(
    bench: PageBench, transcripts: Transcripts, tmp_path: Path
) -> None:
    spoken(bench, 1)
    transcripts.save_transcripts([1], "txt", tmp_path / "missing" / "a.txt")
    await bench.settled(EXPORT)
    assert [problem.code for problem in bench.problems] == ["file_not_written"]


def recorded(monkeypatch: pytest.MonkeyPatch, folder: Path) -> PastRun:
    """Let every folder hold the scripted run with other parameters than the window's."""
    plan = scripted.plan(2, options=FluxOptions(eot_threshold=0.55, sample_rate_hz=8_000))
    past = PastRun(folder, plan, scripted.scripted_run(2), cut_off=False)
    monkeypatch.setattr(module, "read_past_run", lambda _folder, *, whole: past)
    return past


async def test_a_past_session_is_replayed_with_its_parameters_shown(
    bench: PageBench, transcripts: Transcripts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    past = recorded(monkeypatch, tmp_path)
    bench.page.banners.show_problem(NO_SESSION)
    transcripts.open_session(tmp_path)
    await bench.settled(GROUP)
    await bench.settled(RUN_GROUP)
    assert bench.state.run.plan == past.plan
    assert bench.state.choices.options == FluxOptions(eot_threshold=0.55), "the sample rate is that of the audio"
    assert bench.controller.session_folder == tmp_path
    assert bench.state.run.planned_s is None, "its recording does not exist any more"
    assert (bench.banners, bench.problems, bench.engines) == ([], [], [])
    assert len(bench.mailbox) == len(past.events)


async def test_it_says_what_is_being_read(
    bench: PageBench, transcripts: Transcripts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    past, said = recorded(monkeypatch, tmp_path), []
    monkeypatch.setattr(module, "read_past_run", lambda _folder, *, whole: (said.append(bench.state.reading), past)[1])
    transcripts.open_session(tmp_path)
    await bench.settled(GROUP)
    assert (said, bench.state.reading) == ([tmp_path.name], "")


async def test_no_session_is_opened_during_a_run(
    bench: PageBench, transcripts: Transcripts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recorded(monkeypatch, tmp_path)
    bench.start()
    assert transcripts.busy
    transcripts.open_session(tmp_path)
    assert bench.tasks.running(GROUP) == []
    bench.state.run.phase = RunPhase.ENDED
    assert not transcripts.busy


async def test_a_folder_without_a_session_is_reported(
    bench: PageBench, transcripts: Transcripts, tmp_path: Path
) -> None:
    transcripts.open_session(tmp_path)
    await bench.settled(GROUP)
    assert [problem.code for problem in bench.problems] == ["session_unreadable"]
    assert bench.state.run.plan is None


async def test_a_replay_is_that_of_the_session_shown(
    bench: PageBench, transcripts: Transcripts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    transcripts.replay(1.0)
    assert bench.banners == [NO_SESSION.code]
    engine = bench.start()
    engine.session_folder = tmp_path
    bench.state.run.phase = RunPhase.ENDED
    opened: list[tuple[Path, float]] = []
    monkeypatch.setattr(transcripts, "open_session", lambda folder, speed: opened.append((folder, speed)))
    transcripts.replay(4.0)
    assert opened == [(tmp_path, 4.0)]


async def test_a_session_is_asked_for_where_sessions_are_kept(
    transcripts: Transcripts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(transcripts, "open_session", opened.append)
    folders: list[Path] = []

    def answer(_parent: object, folder: Path, then: Callable[[Path], None]) -> None:
        folders.append(folder)
        then(tmp_path)

    monkeypatch.setattr(module, "ask_session", answer)
    transcripts.choose_session()
    assert opened == [tmp_path]
    assert folders == [module.default_sessions_dir()]


async def test_what_was_saved_is_said_with_the_way_to_it(
    bench: PageBench, transcripts: Transcripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(module, "open_folder", opened.append)
    spoken(bench, 2)
    for conns, path in (([1], tmp_path / "one.txt"), ([1, 2], tmp_path)):
        transcripts.save_transcripts(conns, "txt", path)
        await bench.settled(EXPORT)
    (banner,) = bench.page.banners.banners()
    assert banner.problem.what == "2 transcripts saved."
    assert banner.problem.why == str(tmp_path)
    banner.buttons["Show in folder"].click()
    assert opened == [tmp_path / "connection-0001.txt"]
    assert bench.banners == []


async def test_the_session_folder_is_shown_or_its_absence_is_said(
    bench: PageBench, transcripts: Transcripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(module, "open_folder", opened.append)
    transcripts.show_folder()
    assert bench.banners == [NO_SESSION.code]
    bench.start().session_folder = tmp_path
    transcripts.show_folder()
    assert opened == [tmp_path]
