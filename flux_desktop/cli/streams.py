"""Lines on stdout and stderr that no terminal, pipe or encoding can break."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
from typing import TYPE_CHECKING, ClassVar, TextIO

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

from flux_desktop.base import logs
from flux_desktop.base.standard_streams import divert, drop_unwritable


def open_missing() -> None:
    """Open the null device for standard streams that the parent process has closed."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open as long as the program


def harden(stream: TextIO) -> None:
    """Replace characters that a stream's encoding lacks, instead of failing at the first check mark."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to the current `sys.stderr`, which a live table replaces while it is shown."""

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
    """One line on standard error; without effect where that cannot be written, as after a terminal was closed."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def settle() -> None:
    """Drop what the standard streams cannot write."""
    if (error := drop_unwritable(sys.stdout)) is not None:
        _note_lost(error)
    drop_unwritable(sys.stderr)


def _note_lost(error: OSError) -> None:
    if not isinstance(error, BrokenPipeError):
        Printer.lost = True
        complain(f"Standard output cannot be written: {error.strerror}. The program stops.")


class Printer:
    """Lines on standard output. When it can no longer be written, `closed` is set and all further lines are dropped."""

    lost: ClassVar[bool] = False
    """Whether the program has lost output to a full disk or the like: it must not end with 0 then."""

    def __init__(self) -> None:
        self.closed = False

    def line(self, text: str) -> None:
        """One line (or several, joined), flushed; never raises for a closed pipe or a full disk."""
        if self.closed:
            return
        try:
            print(text, flush=True)
        except OSError as error:
            self.closed = True
            _note_lost(error)
            divert(sys.stdout)

    def styled(self, text: Text) -> None:
        """As `line`, in colour where standard output is a terminal that wants it."""
        self._render(text, soft_wrap=True)

    def table(self, *parts: RenderableType, width: int | None = None) -> None:
        """Tables and texts, in colour as `styled`, wrapped to the terminal's width or to `width`."""
        self._render(*parts, width=width)

    def _render(self, *parts: RenderableType, width: int | None = None, soft_wrap: bool = False) -> None:
        from rich.console import Console

        real = Console(width=width)
        # Not standard output itself: rich ends the program at a closed pipe, and writes there even while it captures.
        text = io.StringIO()
        console = Console(
            file=text, width=real.width, force_terminal=real.is_terminal, soft_wrap=soft_wrap, highlight=False
        )
        for part in parts:
            console.print(part)
        self.line(text.getvalue().rstrip("\n"))
