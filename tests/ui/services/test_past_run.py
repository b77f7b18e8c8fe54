"""Past runs from their recordings."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.events import Histograms, RunEnded, RunStarted, encode_event
from flux_desktop.reports.findings import ExperimentReport, keep_experiment
from flux_desktop.reports.sessions import digest
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.services.past_run import CUT_OFF, read_past_run
from flux_desktop.ui.window import transcripts
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui import scripted
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Waiting


def record(folder: Path, *, whole: bool = True) -> Path:
    folder.mkdir()
    events = scripted.scripted_run(2)
    own = [event for event in events if isinstance(event, RunStarted | RunEnded)]
    if not whole:
        own = own[:1]
    (folder / "run.jsonl").write_bytes(b"".join(encode_event(event) for event in own))
    rest = [event for event in events if event not in own and not isinstance(event, RunEnded)]
    lines = b"".join(encode_event(event) for event in (rest if whole else rest[:100]))
    (folder / "worker-1.jsonl").write_bytes(lines if whole else lines[:-20])
    return folder


def test_a_recording_is_read_in_the_order_of_time(tmp_path: Path) -> None:
    past = read_past_run(record(tmp_path / "s"))
    times = [getattr(event, "t", 0.0) for event in past.events[:-1]]
    assert times == sorted(times)
    assert isinstance(past.events[-1], RunEnded)
    assert not past.cut_off
    assert past.plan.connections == 2


def test_a_recording_that_was_cut_off_opens_with_a_notice(tmp_path: Path) -> None:
    past = read_past_run(record(tmp_path / "s", whole=False))
    ended = past.events[-1]
    assert isinstance(ended, RunEnded)
    assert past.cut_off
    assert ended.unrecorded == CUT_OFF


def test_what_an_experiment_found_comes_with_its_run_but_not_with_half_of_one(tmp_path: Path) -> None:
    report = ExperimentReport(title="A against B", finding="B better", sentences=[], headings=[], rows=[])
    whole, half = record(tmp_path / "s"), record(tmp_path / "h", whole=False)
    keep_experiment([whole, half], report)
    assert (read_past_run(whole).found, read_past_run(half).found) == ("A against B: B better.", "")


@pytest.mark.parametrize("worth_bytes", [10, 10**9], ids=["digest", "whole"])
def test_damage_within_the_recording_is_said_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worth_bytes: int
) -> None:
    monkeypatch.setattr(digest, "WORTH_BYTES", worth_bytes)
    folder = record(tmp_path / "s")
    lines = (folder / "worker-1.jsonl").read_bytes().splitlines(keepends=True)
    lines[5] = lines[5][:40] + b"\n"
    (folder / "worker-1.jsonl").write_bytes(b"".join(lines))
    *_, ended = read_past_run(folder).events
    assert isinstance(ended, RunEnded)
    assert "1 line of worker-1.jsonl cannot be read" in ended.unrecorded


@pytest.mark.parametrize("content", [None, b"", b"not json\n"])
def test_what_is_no_session_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "run.jsonl").write_bytes(content)
    with pytest.raises(ProblemError) as caught:
        read_past_run(tmp_path)
    assert caught.value.problem.code == "session_unreadable"


@pytest.mark.parametrize("changes", [{"connections": 10**9}, {"endpoint": "../../x"}, {"chunk_s": 0.0}])
def test_a_run_that_cannot_have_been_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    started = RunStarted(t=0.0, wall_time="", plan=msgspec.structs.replace(scripted.plan(1), **changes), version="1")
    (tmp_path / "run.jsonl").write_bytes(encode_event(started))
    with pytest.raises(ProblemError, match="The recorded plan is invalid"):
        read_past_run(tmp_path)


@pytest.mark.parametrize(
    "content", ["", "nonsense", "HISTFAAAABl4nJNpmSzMwMDAxAABzFCaEUoz2X+AMIKZAEARAtM=", "A" * 4000]
)
def test_figures_that_cannot_be_read_are_left_out(tmp_path: Path, content: str) -> None:
    folder = record(tmp_path / "s")
    broken = Histograms(t=99.0, encoded={"update": content}, cpu_percent=1.0, final=True)
    with (folder / "worker-1.jsonl").open("ab") as file:
        file.write(encode_event(broken))
    assert not read_past_run(folder).cut_off


def test_the_window_shows_and_replays_a_past_run(stage: Stage, tmp_path: Path) -> None:
    folder = record(tmp_path / "2026-11-23_14-02-00")

    async def live(window: MainWindow) -> None:
        window.transcripts.open_session(folder)
        await until(lambda: window.state.run.ended is not None, "the recording is shown")
        assert window.state.run.conversation(2).transcript() == list(scripted.SENTENCES)
        assert "2 of 2 connections completed" in window.live_page.banners.banners()[0].problem.what
        window.transcripts.replay(100.0)
        await until(
            lambda: window.state.run.origin is Origin.REPLAY and window.state.run.ended is not None,
            "the replay has begun and ended",
        )
        assert window.state.run.conversation(1).transcript() == list(scripted.SENTENCES)

    stage(Waiting, live)


def test_the_window_heads_a_past_experiment_with_what_it_found(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = record(tmp_path / "2026-11-23_14-02-00")
    keep_experiment([folder], ExperimentReport(title="A", finding="B better", sentences=[], headings=[], rows=[]))
    monkeypatch.setattr(transcripts, "planned_seconds", lambda *_: 1_620.0)

    async def live(window: MainWindow) -> None:
        window.transcripts.open_session(folder)
        await until(lambda: window.state.run.ended is not None, "the recording is shown")
        assert window.live_page.banners.banners()[0].problem.what == "Past session. A: B better."
        assert window.state.run.planned_s is None, "it ended when it had an answer"

    stage(Waiting, live)


@pytest.mark.parametrize("lane_is_seen", [False, True])
def test_a_large_session_shows_a_connection_when_it_is_looked_at(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lane_is_seen: bool
) -> None:
    folder = record(tmp_path / "2026-11-23_14-02-00")
    whole = read_past_run(folder)
    monkeypatch.setattr(digest, "WORTH_BYTES", 10)
    assert [type(event) for event in read_past_run(folder, whole=True).events] == [type(each) for each in whole.events]

    async def live(window: MainWindow) -> None:
        if not lane_is_seen:
            window.live_page.transcripts.timeline.looked_at.disconnect()
        window.transcripts.open_session(folder)
        run = window.state.run
        await until(lambda: run.ended is not None and 1 not in run.unread, "the connection in front has been read")
        assert run.conversation(1).transcript() == list(scripted.SENTENCES)
        if lane_is_seen:
            await until(lambda: not run.unread, "the connection whose lane is in view has been read")
        assert run.conversation(2).transcript() == (list(scripted.SENTENCES) if lane_is_seen else [])
        assert "2 of 2 connections completed" in window.live_page.banners.banners()[0].problem.what
        window.live_page.transcripts.search.setText("amiable")
        await until(lambda: not run.unread, "all connections have been read for the search")
        assert run.conversation(2).transcript() == list(scripted.SENTENCES)
        assert run.conversation(2).summary is not None
        await until(lambda: window.live_page.transcripts.results.list.count() == 4, "both connections are searched")

    stage(Waiting, live)


def test_a_large_recording_that_was_cut_off_opens_with_a_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = record(tmp_path / "s", whole=False)
    monkeypatch.setattr(digest, "WORTH_BYTES", 10)
    past = read_past_run(folder)
    ended = list(past.events)[-1]
    assert isinstance(ended, RunEnded)
    assert (past.cut_off, ended.unrecorded) == (True, CUT_OFF)
