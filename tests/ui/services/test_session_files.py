"""The audio of a session is drawn only while its file is what was sent; during a live run nothing is checked."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.engine.recording.recording_file import RUN_FILE
from flux_desktop.engine.records.audio_events import AudioFile
from flux_desktop.engine.records.events import RunStarted, encode_event
from flux_desktop.engine.records.plan import WavSource
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.services.session_files import SessionFiles
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.services.track_keeper import GROUP, TrackKeeper
from tests.ui import scripted
from tests.ui.conftest import until


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return Path(shutil.copy(resource_path(SAMPLE_RECORDING), tmp_path / "talk.wav"))


@pytest.fixture
def folder(tmp_path: Path, wav: Path) -> Path:
    """A session that sent the recording."""
    folder = tmp_path / "session"
    folder.mkdir()
    plan = scripted.plan(1, source=WavSource(path=str(wav)))
    sha256 = hashlib.sha256(wav.read_bytes()).hexdigest()
    events = (
        RunStarted(t=0.1, wall_time="", plan=plan, version="test"),
        AudioFile(t=1.0, path=str(wav), sha256=sha256),
    )
    (folder / RUN_FILE).write_bytes(b"".join(encode_event(event) + b"\n" for event in events))
    return folder


@pytest.mark.parametrize("origin", [Origin.REPLAY, Origin.PAST])
async def test_a_changed_file_is_not_drawn(folder: Path, wav: Path, origin: Origin) -> None:
    run, tasks = RunModel(), UiTasks(lambda problem: pytest.fail(problem.what))
    for is_changed in (False, True):
        if is_changed:
            with wav.open("ab") as file:
                file.write(b"\0\0")
        run.reset(scripted.plan(1, source=WavSource(path=str(wav))), origin=origin)
        keeper = TrackKeeper(run, tasks, SessionFiles(run, lambda: folder).problem)
        track = keeper.track(1)
        assert track is not None
        await until(lambda: not tasks.running(GROUP), "it has been read")
        assert bool(track.peaks(0, 1_400).max()) is not is_changed
        assert ("no longer the file that was sent" in track.problem) is is_changed


async def test_a_live_run_is_drawn_without_a_look_at_its_session(wav: Path, tmp_path: Path) -> None:
    run = RunModel()
    run.reset(scripted.plan(1, source=WavSource(path=str(wav))))
    assert await SessionFiles(run, lambda: tmp_path / "none").problem(str(wav)) is None


async def test_a_session_that_cannot_be_read_is_a_problem(wav: Path, tmp_path: Path) -> None:
    run = RunModel()
    run.reset(scripted.plan(1, source=WavSource(path=str(wav))), origin=Origin.PAST)
    problem = await SessionFiles(run, lambda: tmp_path / "none").problem(str(wav))
    assert problem is not None
    assert problem.code == "no_session_audio"
