"""Plays one turn of a clip, in a process of its own (`audio.playing`)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

from flux_desktop.audio.playing import output_problem, play
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.ui.models.listening import ListeningState
from flux_desktop.ui.models.tune_turns import Playable
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "player"
Play = Callable[[Path, float, float, str, Callable[[], float]], AsyncGenerator[float]]
MUTED = Problem(code="sound_muted", what="The sound is muted.", todo="Press Ctrl+Shift+H to hear it.")


class ClipPlayer:
    """One turn at a time, on the output and at the volume of `listening`.

    `on_position` gets the entry and seconds of its clip, or None and None when it is over.
    """

    def __init__(
        self,
        tasks: UiTasks,
        listening: ListeningState,
        on_position: Callable[[Playable | None, float | None], None],
        on_problem: Callable[[Problem | None], None],
        play_clip: Play = play,
    ) -> None:
        self._tasks = tasks
        self._listening = listening
        self._on_position = on_position
        self._on_problem = on_problem
        self._play = play_clip
        self._playing: Playable | None = None
        self._checked: str | None = None
        """The output that was looked for last."""

    def toggle(self, entry: Playable) -> None:
        """Play this turn from its beginning, or stop it."""
        if entry == self._playing:
            self.stop()
        elif entry.path is not None:
            self._playing = entry
            self._tasks.start("playing a clip", self._run(entry, entry.path), group=GROUP, exclusive=True)

    def stop(self) -> None:
        """Be silent."""
        self._tasks.cancel(GROUP)
        self._playing = None
        self._on_position(None, None)

    def check(self) -> None:
        """Find out whether the chosen output can be used, once for each."""
        if self._checked != self._listening.output_name:
            self._checked = self._listening.output_name
            self._tasks.start("looking for a sound output", self._check(self._checked))

    async def _check(self, output: str) -> None:
        try:
            self._on_problem(await output_problem(output))
        except OSError as error:
            self._on_problem(_no_process(error))

    async def _run(self, entry: Playable, path: Path) -> None:
        span, listening = entry.span, self._listening
        self._on_position(entry, span.start_s)
        self._on_problem(MUTED if listening.muted else None)
        part = (path, entry.offset_s + span.start_s, span.end_s - span.start_s)
        try:
            async with aclosing(self._play(*part, listening.output_name, lambda: listening.gain)) as positions:
                async for played_s in positions:
                    self._on_position(entry, span.start_s + played_s)
            self._on_problem(None)
        except ProblemError as error:
            self._on_problem(error.problem)
        except OSError as error:
            self._on_problem(_no_process(error))
        finally:
            if self._playing == entry:  # not another one that has been started since
                self._playing = None
                self._on_position(None, None)


def _no_process(error: OSError) -> Problem:
    return Problem(code="playing_failed", what="The clip cannot be played.", why=f"{error.strerror or error}.")
