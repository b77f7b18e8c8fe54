"""Signals that end a run in order, instead of ending the process."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux_desktop.cli.stop_signals import SIGNALS, StopSignals
from tests.waiting import PATIENCE_S


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Python's own at the start, and those of the test runner afterwards."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


async def received(number: signal.Signals, *, times: int = 1) -> list[signal.Signals]:
    """What `on_stop` gets when this process is sent `number`."""
    stops: asyncio.Queue[signal.Signals] = asyncio.Queue()
    with StopSignals(stops.put_nowait):
        signals = []
        for _ in range(times):
            os.kill(os.getpid(), number)
            signals.append(await asyncio.wait_for(stops.get(), PATIENCE_S))
    return signals


@pytest.mark.parametrize("number", SIGNALS)
async def test_each_signal_reaches_the_loop_as_often_as_it_comes(number: signal.Signals) -> None:
    assert await received(number, times=2) == [number, number]


def test_the_terminals_end_is_among_them() -> None:
    assert set(SIGNALS) == {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


async def test_what_the_parent_has_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stops: list[signal.Signals] = []
    with StopSignals(stops.append):
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        os.kill(os.getpid(), signal.SIGHUP)
    assert stops == []
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


async def test_afterwards_the_handlers_are_those_from_before() -> None:
    def own(number: int, frame: object) -> None: ...

    signal.signal(signal.SIGTERM, own)
    before = [signal.getsignal(number) for number in SIGNALS]
    with StopSignals(lambda _: None):
        pass
    assert [signal.getsignal(number) for number in SIGNALS] == before


async def test_a_closed_terminal_is_written_to_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    main_end, terminal_end = pty.openpty()
    with os.fdopen(terminal_end, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        await received(signal.SIGTERM)
        assert os.isatty(terminal.fileno()), "only a hang-up closes it"
        await received(signal.SIGHUP)
        assert not os.isatty(terminal.fileno())
        os.close(main_end)
        print("the summary", flush=True)  # would fail on a terminal without its other end


async def test_a_file_keeps_its_output_after_a_hang_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with path.open("w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdout", file)
        await received(signal.SIGHUP)
        print("the summary", flush=True)
    assert path.read_text(encoding="utf-8") == "the summary\n"


ENDLESS = """
import sys, time
from flux_desktop.cli import main
main._main = lambda _arguments: print("begun", flush=True) or time.sleep(600)
sys.exit(main.main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_outside_of_a_run_interrupts_in_order(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "begun\n"
        command.send_signal(number)
        _, said = command.communicate(timeout=PATIENCE_S)
    assert (command.returncode, said) == (130, "Interrupted.\n")
