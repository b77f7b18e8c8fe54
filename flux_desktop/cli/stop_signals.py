"""Signals that end a run in order: Ctrl+C (SIGINT), SIGTERM, and SIGHUP when the terminal is closed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

SIGNALS = tuple(signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_HANG_UP = getattr(signal, "SIGHUP", None)


class StopSignals:
    """While this context is open, each of `SIGNALS` calls `on_stop` on the event loop instead of ending the process.

    A signal that the parent process has set to be ignored, as nohup does with SIGHUP, stays ignored.
    """

    def __init__(self, on_stop: Callable[[signal.Signals], None]) -> None:
        self._on_stop = on_stop
        self._before: dict[signal.Signals, Any] = {}
        self._terminals: list[int] = []

    def __enter__(self) -> None:
        self._terminals = [stream.fileno() for stream in (sys.stdout, sys.stderr) if stream.isatty()]
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            if signal.getsignal(number) is signal.SIG_IGN:
                continue
            self._before[number] = signal.getsignal(number) or signal.SIG_DFL
            try:
                loop.add_signal_handler(number, self._stop, number)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda number, _: loop.call_soon_threadsafe(self._stop, signal.Signals(number)))

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for number, handler in self._before.items():
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, handler)

    def _stop(self, number: signal.Signals) -> None:
        if number is _HANG_UP:
            self._let_go_of_terminals()
        self._on_stop(number)

    def _let_go_of_terminals(self) -> None:
        """A terminal that was closed fails at every write: what is still printed to it goes nowhere."""
        null = os.open(os.devnull, os.O_WRONLY)
        for descriptor in self._terminals:
            os.dup2(null, descriptor)
        os.close(null)
