"""What leaves the program: lines on stdout and stderr that no terminal, pipe or encoding can break."""

from __future__ import annotations

import logging
import os
import sys
from typing import TextIO

from flux_desktop.base import logs


def open_missing() -> None:
    """Give standard streams that were closed by whoever started the program a place to write to."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open as long as the program


def harden(stream: TextIO) -> None:
    """Replace what a stream's encoding cannot hold, rather than fail at the first check mark."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to whatever `sys.stderr` is at the moment, as a live table puts itself in between."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """The present standard error."""
        return sys.stderr


def configure_logging(level: str) -> None:
    """Set up logging once, at the front end."""
    handler = StderrHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logs.set_up(level, handler)


def complain(text: str) -> None:
    """One line on standard error."""
    print(text, file=sys.stderr, flush=True)


class Printer:
    """Lines on standard output. Once they reach nobody any more, `gone` is set and nothing more is written."""

    def __init__(self) -> None:
        self.gone = False

    def line(self, text: str) -> None:
        """One line (or several, joined), at once; never raises for a closed pipe or a full disk."""
        if self.gone:
            return
        try:
            print(text, flush=True)
        except OSError as error:
            self.gone = True
            if not isinstance(error, BrokenPipeError):
                complain(f"Standard output cannot be written: {error.strerror}. The program stops.")
            # What Python flushes at exit must not fail again.
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.close(null)
