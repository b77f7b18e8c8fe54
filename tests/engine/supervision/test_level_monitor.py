"""The level of a microphone without a run: what the monitor's process prints, and how its reader reads it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from flux_desktop.base import program
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.events import Event, LevelMeasured, Notice, decode_event, encode_event
from flux_desktop.engine.supervision import level_monitor as module
from flux_desktop.engine.supervision.level_monitor import MODULE, levels, monitor
from tests.conftest import live_children
from tests.waiting import PATIENCE_S

LOST = Problem(code="microphone_lost", what="The microphone was disconnected.")
LOUD = (np.sin(np.arange(1280) / 5) * 16_384).astype("<i2").tobytes()
Play = Callable[["Device"], Awaitable[None]]


class Device:
    """In place of a microphone; `play` is what happens once it has been opened."""

    play: Play
    instances: list[Device]

    def __init__(self, listener: module._Monitor, *, device_index: int | None = None) -> None:
        self.listener = listener
        self.device_index = device_index
        self.stopped = False
        self.instances.append(self)

    async def start(self) -> None:
        await type(self).play(self)

    async def stop(self) -> None:
        self.stopped = True


class Pipes:
    """The standard input and output of the monitor."""

    def __init__(self) -> None:
        self.read_input, self.input = os.pipe()
        self.output, self.write_output = os.pipe()

    def close_input(self) -> None:
        os.close(self.input)
        self.input = -1

    def printed(self) -> list[Event]:
        os.close(self.write_output)
        self.write_output = -1
        lines = os.read(self.output, 65_536).splitlines()
        return [decode_event(line) for line in lines]


@pytest.fixture
def pipes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipes]:
    open_pipes = Pipes()
    with os.fdopen(open_pipes.read_input) as stdin:
        stdout = SimpleNamespace(fileno=lambda: open_pipes.write_output)
        monkeypatch.setattr(module, "sys", SimpleNamespace(stdin=stdin, stdout=stdout))
        yield open_pipes
        if open_pipes.input >= 0:
            open_pipes.close_input()
        for thread in threading.enumerate():  # it reads until then
            if thread.name == "standard input":
                thread.join(5.0)
        for descriptor in (open_pipes.output, open_pipes.write_output):
            if descriptor >= 0:
                os.close(descriptor)


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> type[Device]:
    monkeypatch.setattr(Device, "instances", [], raising=False)
    monkeypatch.setattr(module, "Microphone", Device)
    return Device


async def test_each_frame_is_printed_until_the_input_is_closed(pipes: Pipes, device: type[Device]) -> None:
    async def play(opened: Device) -> None:
        opened.listener.on_frame(LOUD, 0.0)
        opened.listener.on_frame(bytes(2560), 0.0)
        pipes.close_input()

    device.play = play
    await asyncio.wait_for(monitor(3), PATIENCE_S)
    loud, silent = pipes.printed()
    assert isinstance(loud, LevelMeasured)
    assert isinstance(silent, LevelMeasured)
    assert (loud.peak_dbfs, loud.rms_dbfs) == (pytest.approx(-6.0, abs=0.1), pytest.approx(-9.0, abs=0.1))
    assert (loud.is_silent, loud.is_clipped) == (False, False)
    assert (silent.is_silent, silent.peak_dbfs) == (True, -96.0)
    assert 0 <= loud.t <= silent.t < 60
    (opened,) = device.instances
    assert (opened.device_index, opened.stopped) == (3, True)


async def test_a_lost_device_is_reported_and_ends_the_process(pipes: Pipes, device: type[Device]) -> None:
    async def play(opened: Device) -> None:
        opened.listener.on_lost(LOST)

    device.play = play
    await asyncio.wait_for(monitor(None), PATIENCE_S)
    (notice,) = pipes.printed()
    assert isinstance(notice, Notice)
    assert notice.problem == LOST
    assert device.instances[0].stopped


async def test_a_device_that_cannot_be_opened_is_reported(pipes: Pipes, device: type[Device]) -> None:
    async def play(opened: Device) -> None:
        raise ProblemError(LOST)

    device.play = play
    await asyncio.wait_for(monitor(None), PATIENCE_S)
    (notice,) = pipes.printed()
    assert isinstance(notice, Notice)
    assert notice.problem == LOST


async def test_it_ends_when_nothing_reads_its_output(pipes: Pipes, device: type[Device]) -> None:
    async def play(opened: Device) -> None:
        os.close(pipes.output)
        pipes.output = -1
        opened.listener.on_frame(LOUD, 0.0)

    device.play = play
    await asyncio.wait_for(monitor(None), PATIENCE_S)


# ---------------------------------------------------------------- the reader


def script_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str) -> list[tuple[str, tuple[str, ...]]]:
    """Let a script stand in for the monitor's process; returns what it is started with."""
    script = tmp_path / "monitor.py"
    script.write_text(f"import sys\n{body}")
    started: list[tuple[str, tuple[str, ...]]] = []

    def command(module_name: str, arguments: list[str]) -> list[str]:
        started.append((module_name, tuple(arguments)))
        return [sys.executable, str(script)]

    monkeypatch.setattr(program, "command", command)
    return started


async def test_events_are_read_and_a_library_s_chatter_is_skipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    line = encode_event(LevelMeasured(t=1.0, rms_dbfs=-30.0, peak_dbfs=-20.0)).decode().strip()
    started = script_for(monkeypatch, tmp_path, f"print('ALSA lib: no such thing')\nprint({line!r})\n")
    events = [event async for event in levels(4)]
    assert events == [LevelMeasured(t=1.0, rms_dbfs=-30.0, peak_dbfs=-20.0)]
    assert started == [(MODULE, ("4",))]


async def test_without_a_device_the_monitor_chooses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started = script_for(monkeypatch, tmp_path, "")
    assert [event async for event in levels(None)] == []
    assert started == [(MODULE, ())]


async def test_closing_the_reader_ends_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    line = encode_event(Notice(t=0.0, problem=LOST)).decode().strip()
    script_for(monkeypatch, tmp_path, f"print({line!r}, flush=True)\nsys.stdin.read()\n")
    before = live_children()
    async with aclosing(levels(None)) as events:
        assert isinstance(await anext(events), Notice)
        assert live_children() - before
    assert not live_children() - before
