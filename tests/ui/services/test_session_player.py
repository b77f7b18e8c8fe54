"""Playing a session: places, steps from turn to turn, the end, and what cannot be heard; on a stepped clock."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from flux_desktop.audio.source_file import file_sha256
from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.session_folder import create_session
from flux_desktop.engine.records.audio_events import AudioFile, AudioStarted
from flux_desktop.engine.records.events import Event, Received, RunStarted, encode_event
from flux_desktop.engine.records.plan import WavSource
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.services.mailbox import Mailbox
from flux_desktop.ui.services.past_run import read_past_run
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.session_player import SessionPlayer
from flux_desktop.ui.services.tasks import UiTasks
from tests.ui import scripted
from tests.ui.conftest import until

STARTED_T, TURN_S = 0.5, 4.0


def _with_own_start(event: Event) -> Event:
    """The event, its turn beginning at a place of its own."""
    if not isinstance(event, Received) or event.turn is None:
        return event
    return msgspec.structs.replace(event, turn=msgspec.structs.replace(event.turn, start_s=event.turn.index * TURN_S))


class Bench:
    """A session of two connections that is shown at once."""

    def __init__(self, folder: Path) -> None:
        self.run = RunModel()
        self.mailbox = Mailbox()
        self.tasks = UiTasks(lambda problem: pytest.fail(problem.what))
        self.controller = RunController(self.run, self.mailbox, self.tasks, lambda _sink: pytest.fail("no run"))
        self.front = 1
        self.now_s = 100.0
        self.problems: list[Problem] = []
        self.player = SessionPlayer(
            self.run,
            self.controller,
            self.tasks,
            lambda: self.front,
            lambda: None,
            self.problems.append,
            lambda: self.now_s,
        )
        events = [_with_own_start(event) for event in scripted.scripted_run(2)]
        started = next(event for event in events if isinstance(event, RunStarted))
        plan = started.plan
        assert isinstance(plan.source, WavSource)
        wav = folder / "conversation.wav"
        wav.write_bytes(b"RIFF")
        source = msgspec.structs.replace(plan.source, path=str(wav))
        started = msgspec.structs.replace(started, plan=msgspec.structs.replace(plan, source=source))
        self.wav = wav
        self.folder = create_session(folder, started)
        audio: list[Event] = [AudioStarted(t=STARTED_T, conn=conn, monotonic_s=1.0) for conn in (1, 2)]
        audio.append(AudioFile(t=STARTED_T, path=str(wav), sha256=file_sha256(wav)))
        lines = [encode_event(event) for event in [*audio, *events] if not isinstance(event, RunStarted)]
        (self.folder / "worker-1.jsonl").write_bytes(b"".join(lines))

    async def show(self, speed: float = 0.0) -> None:
        assert self.controller.replay(read_past_run(self.folder), speed)
        await until(lambda: self.feed() or speed > 0 or self.run.ended is not None, "it is shown")

    async def begun(self) -> None:
        """Wait until the audio has been read and the clock runs."""
        await until(lambda: self.player.heard() is not None and self.player.running, "it plays")

    def feed(self) -> bool:
        while (event := self.mailbox.take()) is not None:
            self.run.feed(event)
        return False


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    await bench.tasks.close()


async def test_nothing_is_played_before_a_session_is_shown(bench: Bench) -> None:
    bench.player.toggle()
    bench.player.play_from(1, 3.0)
    assert not bench.player.playing
    assert bench.player.heard() is None


async def test_it_plays_from_a_place_pauses_and_seeks(bench: Bench) -> None:
    await bench.show()
    player = bench.player
    player.play_from(2, 3.0)
    assert player.playing
    await bench.begun()
    assert player.position_s(2) == pytest.approx(3.0)
    bench.now_s += 2.0
    assert player.position_s(2) == pytest.approx(5.0)
    player.toggle()
    bench.now_s += 10.0
    assert (player.playing, player.position_s(2)) == (False, pytest.approx(5.0))
    player.seek_by(-5.0)
    assert player.position_s(2) == pytest.approx(0.0)
    player.seek_by(1000.0)
    assert (player.position_s(1) or 0.0) < 60.0


async def test_brackets_go_from_turn_to_turn(bench: Bench) -> None:
    await bench.show()
    player = bench.player
    starts_s = [card.start_s for card in bench.run.conversation(1).cards if card.tone != "note"]
    player.play_from(1, starts_s[2] + 1.0)
    await bench.begun()
    player.step_turn(-1)
    assert player.position_s() == pytest.approx(starts_s[2])
    player.step_turn(-1)
    assert player.position_s() == pytest.approx(starts_s[1])
    player.step_turn(1)
    assert player.position_s() == pytest.approx(starts_s[2])


async def test_it_pauses_at_its_end_and_begins_again(bench: Bench) -> None:
    await bench.show()
    player = bench.player
    player.toggle()
    await bench.begun()
    bench.now_s += 10_000.0
    player.heard()
    assert not player.playing
    player.toggle()
    assert player.position_s() == pytest.approx(0.0)
    assert player.playing


async def test_a_session_without_its_file_is_said_once(bench: Bench) -> None:
    await bench.show()
    bench.wav.unlink()
    bench.player.toggle()
    assert bench.player.heard() is None
    await until(lambda: bool(bench.problems), "the problem is reported")
    assert bench.player.heard() is None
    assert [problem.code for problem in bench.problems] == ["session_audio_changed"]
    assert not bench.player.playing


async def test_a_replay_is_paused_and_sought_by_the_same_keys(bench: Bench) -> None:
    await bench.show(speed=1.0)
    await until(lambda: bench.feed() or bench.run.conversation(1).audio_from_s is not None, "the audio has begun")
    clock = bench.controller.clock
    assert clock is not None
    assert bench.run.origin is Origin.REPLAY
    bench.now_s = time.monotonic()
    bench.player.toggle()
    assert not clock.running
    position_s = bench.player.position_s() or 0.0
    bench.player.seek_by(3.0)
    assert bench.player.position_s() == pytest.approx(position_s + 3.0), "what has been shown is not all there is"
    bench.player.seek_by(-100.0)
    for turn in (1, 2):
        bench.player.step_turn(1)
        assert bench.player.position_s() == pytest.approx(turn * TURN_S), "a turn that is still to come"
    bench.player.seek_by(1000.0)
    bench.player.step_turn(1)
    assert bench.player.position_s() == pytest.approx(2 * TURN_S + 1000.0), "no turn follows"
    bench.controller.stop()
    await until(lambda: bench.feed() or bench.run.ended is not None, "it has ended")
