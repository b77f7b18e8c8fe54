"""The player of the window: one turn at a time, with its position, and what keeps it from being heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path

import pytest

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import trace_table
from flux_desktop.ui.models.listening import ListeningState
from flux_desktop.ui.models.tune_turns import TurnEntry, turn_lists
from flux_desktop.ui.services import clip_player
from flux_desktop.ui.services.clip_player import GROUP, MUTED, ClipPlayer
from flux_desktop.ui.services.tasks import UiTasks
from tests.ui.conftest import until
from tests.ui.models import tuning

ENTRIES = turn_lists(trace_table(tuning.traces(4, path="clip.wav")), Setting(eot=0.6)).cut_off
NO_OUTPUT = Problem(code="no_sound_output", what="There is no sound output.")


class Bench:
    """A player whose sound is scripted: it plays until it is told to go on."""

    def __init__(self) -> None:
        self.shown: list[tuple[TurnEntry | None, float | None]] = []
        self.problems: list[Problem | None] = []
        self.asked: list[tuple[Path, float, float]] = []
        self.stopped = 0
        self.failure: Problem | None = None
        self.go_on = asyncio.Event()
        self.listening = ListeningState(volume=50, output="Headset")
        self.plays: list[tuple[str, float]] = []
        self.tasks = UiTasks(lambda problem: pytest.fail(problem.what))
        self.player = ClipPlayer(
            self.tasks, self.listening, lambda entry, s: self.shown.append((entry, s)), self.problems.append, self.play
        )

    async def play(
        self, path: Path, from_s: float, for_s: float, output: str, gain: Callable[[], float]
    ) -> AsyncGenerator[float]:
        self.asked.append((path, from_s, for_s))
        self.plays.append((output, gain()))
        if self.failure is not None:
            raise ProblemError(self.failure)
        try:
            yield 0.5
            await self.go_on.wait()
            self.plays.append((output, gain()))
            yield for_s
        finally:
            self.stopped += 1

    async def over(self) -> None:
        await until(lambda: not self.tasks.running(GROUP), "nothing is played")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.tasks.close()


async def test_a_turn_is_played_from_its_beginning_to_its_end(bench: Bench) -> None:
    entry = ENTRIES[0]
    bench.go_on.set()
    bench.player.toggle(entry)
    await bench.over()
    span = entry.span
    assert bench.asked == [(entry.path, span.start_s, span.end_s - span.start_s)]
    assert bench.shown == [
        (entry, span.start_s),
        (entry, span.start_s + 0.5),
        (entry, pytest.approx(span.end_s)),
        (None, None),
    ]
    assert bench.problems == [None, None]


async def test_the_same_turn_again_stops_it(bench: Bench) -> None:
    bench.player.toggle(ENTRIES[0])
    await until(lambda: len(bench.shown) == 2, "it is played")
    bench.player.toggle(ENTRIES[0])
    await bench.over()
    assert bench.stopped == 1
    assert bench.shown[-1] == (None, None)


async def test_another_turn_takes_its_place(bench: Bench) -> None:
    bench.player.toggle(ENTRIES[0])
    await until(lambda: len(bench.shown) == 2, "the first is played")
    bench.player.toggle(ENTRIES[1])
    await until(lambda: bench.stopped == 1 and bench.shown[-1][0] == ENTRIES[1], "the second is played")
    assert (None, None) not in bench.shown
    bench.player.stop()
    await bench.over()


async def test_without_an_output_it_is_said(bench: Bench) -> None:
    bench.failure = NO_OUTPUT
    bench.player.toggle(ENTRIES[0])
    await bench.over()
    assert bench.problems == [None, NO_OUTPUT]
    assert bench.shown[-1] == (None, None)


async def test_it_is_heard_on_the_chosen_output_and_follows_the_volume(bench: Bench) -> None:
    bench.player.toggle(ENTRIES[0])
    await until(lambda: len(bench.shown) == 2, "it is played")
    bench.listening.volume = 100
    bench.go_on.set()
    await bench.over()
    assert bench.plays == [("Headset", 0.25), ("Headset", 1.0)]


async def test_muted_it_is_silent_and_says_so(bench: Bench) -> None:
    bench.listening.muted = True
    bench.go_on.set()
    bench.player.toggle(ENTRIES[0])
    await bench.over()
    assert bench.plays[0] == ("Headset", 0.0)
    assert bench.problems[0] == MUTED


async def test_each_output_is_looked_for_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[str] = []

    async def look(output: str) -> None:
        looked_for.append(output)

    monkeypatch.setattr(clip_player, "output_problem", look)
    for output in ("Headset", "Headset", "HDMI"):
        bench.listening.output = output
        bench.player.check()
    await until(lambda: not bench.tasks.running(), "they have been looked for")
    assert looked_for == ["Headset", "HDMI"]
