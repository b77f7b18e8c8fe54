"""Loads the recording that is to be streamed, in the background."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path

from flux_desktop.audio.channels import Channel
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.base.threads import file_work
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.sound import read_shape
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "wav"


class Recordings:
    """A newer request cancels an older one; a file that cannot be read leaves the present recording in place."""

    def __init__(self, state: AppState, tasks: UiTasks) -> None:
        self._state = state
        self._tasks = tasks

    def load_sample(self) -> None:
        """Choose the bundled conversation."""
        self._tasks.start("loading the sample", self.read_sample(), group=GROUP, exclusive=True)

    def load(self, path: str) -> None:
        """Choose a recording."""
        self._tasks.start(f"loading {Path(path).name}", self.read(Path(path)), group=GROUP, exclusive=True)

    async def read_sample(self) -> None:
        """Read the bundled conversation; raises `ProblemError` where the installation lacks it."""
        try:
            path = resource_path(SAMPLE_RECORDING)
        except FileNotFoundError as error:
            raise ProblemError(Problem(code="sample_missing", what=str(error))) from None
        await self.read(path)

    async def reopen_newest(self) -> None:
        """Choose the recording that was used last, if it can still be read."""
        newest = next(iter(self._state.choices.recent), None)
        if newest is not None and self._state.recording is None:
            with contextlib.suppress(ProblemError):
                await self.read(Path(newest))

    def choose_channel(self, channel: Channel) -> None:
        """Read the present recording again, with another of its channels."""
        if self._state.recording is not None:
            path = self._state.recording.path
            self._tasks.start(f"loading {path.name}", self.read(path, channel), group=GROUP, exclusive=True)

    async def read(self, path: Path, channel: Channel = "mix") -> None:
        """Read a recording and choose it; raises `ProblemError`."""
        recording = await file_work(f"Reading {path.name}", partial(read_shape, path, channel))
        before, self._state.recording = self._state.recording, recording
        if before is not None and before.path != path and not self._state.run.active:
            self._state.run.reset(None)  # the transcript of another recording is not this one's
        self._state.uses_microphone = False
        self._state.choices.add_recent(str(path))
        self._state.changed()
