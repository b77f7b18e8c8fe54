"""The owner of the listening process: what it is told, and what happens when its output is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from flux_desktop.audio.listening.client import ListeningProcess as Process
from flux_desktop.audio.listening.protocol import Command, Hear, ListeningReport, Volume
from flux_desktop.audio.listening.tape import Segment
from flux_desktop.base.problem import Problem
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.ui.models import listening as model
from flux_desktop.ui.services.listener import GROUP, Listener
from flux_desktop.ui.services.tasks import UiTasks
from tests.audio.virtual_microphone import missing_parts, virtual_microphone
from tests.ui.conftest import until

LOST = Problem(code="sound_output_lost", what="The sound output takes no more sound.")
SEGMENT = Segment(path="a.wav", at_s=0.0)
HEARD = model.ListeningTrack(16_000, (SEGMENT,), 7.0)


class Scripted(Process):
    """Reports what it is told to."""

    def __init__(self, rate_hz: int, output: str) -> None:
        super().__init__(rate_hz, output)
        self.about = (rate_hz, output)
        self.commands: list[Command] = []
        self.queue: asyncio.Queue[ListeningReport] = asyncio.Queue()

    def send(self, command: Hear | Volume) -> None:
        self.commands.append(command)

    async def reports(self) -> AsyncGenerator[ListeningReport]:
        while True:
            report = await self.queue.get()
            yield report
            if report.is_over:
                return


class Bench:
    def __init__(self) -> None:
        self.state = model.ListeningState()
        self.changes = 0
        self.processes: list[Scripted] = []
        self.tasks = UiTasks(lambda problem: pytest.fail(problem.what))
        self.listener = Listener(self.state, self.tasks, self._changed, self._make, again_after_s=0.0)

    def _changed(self) -> None:
        self.changes += 1

    def _make(self, rate_hz: int, output: str) -> Process:
        self.processes.append(Scripted(rate_hz, output))
        return self.processes[-1]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.tasks.close()


async def test_the_process_receives_what_to_play_once(bench: Bench) -> None:
    bench.listener.update(HEARD)
    bench.listener.update(HEARD)
    await until(
        lambda: bool(bench.processes) and len(bench.processes[0].commands) == 2,
        "the process has the volume and the segments",
    )
    assert bench.processes[0].commands == [Volume(gain=1.0), Hear(segments=[SEGMENT], zero_s=7.0)]
    bench.state.muted = True
    bench.listener.update(HEARD)
    assert bench.processes[0].commands[2] == Volume(gain=0.0)
    assert len(bench.processes) == 1


async def test_its_reports_are_shown(bench: Bench) -> None:
    bench.listener.update(HEARD)
    await until(lambda: bool(bench.processes), "it is started")
    bench.processes[0].queue.put_nowait(ListeningReport(position_s=1.0, behind_s=0.004, is_ready=True))
    await until(lambda: bench.state.sounding, "it is heard")
    assert bench.state.behind_ms == pytest.approx(4.0)
    assert bench.listener.ready
    bench.listener.update(None)
    await until(lambda: not bench.tasks.running(GROUP), "it has ended")
    assert (bench.state.sounding, bench.state.behind_ms) == (False, None)
    assert not bench.listener.ready


async def test_a_lost_output_is_said_and_tried_again(bench: Bench) -> None:
    bench.listener.update(HEARD)
    await until(lambda: bool(bench.processes), "it is started")
    bench.processes[0].queue.put_nowait(ListeningReport(problem=LOST, is_over=True))
    await until(lambda: len(bench.processes) == 2 and len(bench.processes[1].commands) == 2, "it is started again")
    assert bench.state.problem == LOST
    bench.processes[1].queue.put_nowait(ListeningReport(position_s=2.0))
    await until(lambda: bench.state.problem is None, "it is heard again")


@pytest.mark.skipif(bool(missing_parts()), reason=f"not installed: {missing_parts()}")
async def test_an_output_that_was_lost_is_heard_again_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    state, tasks = model.ListeningState(), UiTasks(lambda problem: pytest.fail(problem.what))
    with virtual_microphone(monkeypatch) as server:
        listener = Listener(state, tasks, lambda: None, again_after_s=0.1)
        recording = Segment(path=str(resource_path(SAMPLE_RECORDING)), at_s=0.0, repeats=True)
        listener.update(model.ListeningTrack(16_000, (recording,), time.monotonic()))
        await until(lambda: state.sounding, "it is heard")
        server.stand_still_sink(True)
        await until(lambda: state.problem is not None, "it is said")
        assert not state.sounding
        server.stand_still_sink(False)
        await until(lambda: state.sounding and state.problem is None, "it is heard again")
        await tasks.close()


async def test_another_output_is_another_process(bench: Bench) -> None:
    bench.listener.update(HEARD)
    await until(lambda: len(bench.processes) == 1, "it is started")
    bench.state.output = "Headset"
    bench.listener.update(HEARD)
    await until(lambda: len(bench.processes) == 2, "another is started")
    assert [each.about for each in bench.processes] == [(16_000, ""), (16_000, "Headset")]
