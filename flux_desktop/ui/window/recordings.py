"""Loads the recording or data set that is to be streamed, in the background."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flux_desktop.audio.channels import Channel
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.base.threads import file_work
from flux_desktop.datasets.reader import SAMPLE, data_set_path, is_data_set
from flux_desktop.datasets.table import UnclearColumnsError
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.data_set import DataSetShape, name_of, read_data_set_shape
from flux_desktop.ui.models.sound import WavShape, read_shape_soon
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "wav"
Columns = dict[str, str]
"""Headings of a table, by field."""


class Recordings:
    """A newer request cancels an older one; a file that cannot be read leaves the present recording in place."""

    def __init__(self, state: AppState, tasks: UiTasks) -> None:
        self._state = state
        self._tasks = tasks
        self.ask_columns: Callable[[UnclearColumnsError, Callable[[Columns], None]], object] | None = None
        """Asks which columns of a table to use, and calls back."""

    def load_sample(self) -> None:
        """Choose the bundled conversation."""
        self._tasks.start("loading the sample", self.read_sample(), group=GROUP, exclusive=True)

    def load_sample_data_set(self) -> None:
        """Choose the bundled data set."""
        self.load(SAMPLE)

    def load(self, path: str, columns: Columns | None = None) -> None:
        """Choose a recording or a data set; `columns` states the headings of a table."""
        work = self._read_or_ask(Path(path), columns)
        self._tasks.start(f"loading {Path(path).name}", work, group=GROUP, exclusive=True)

    async def _read_or_ask(self, path: Path, columns: Columns | None) -> None:
        try:
            await self.read(path, columns=columns)
        except UnclearColumnsError as error:
            if self.ask_columns is None:
                raise
            self.ask_columns(error, partial(self.load, str(path)))

    async def read_sample(self) -> None:
        """Read the bundled conversation; raises `ProblemError` where the installation lacks it."""
        try:
            path = resource_path(SAMPLE_RECORDING)
        except FileNotFoundError as error:
            raise ProblemError(Problem(code="sample_missing", what=str(error))) from None
        await self.read(path)

    async def reopen_newest(self) -> None:
        """Choose the recording or data set that was used last, if it can still be read."""
        newest = next(iter(self._state.choices.recent), None)
        if newest is not None and self._state.recording is None and self._state.data_set is None:
            with contextlib.suppress(ProblemError):
                await self.read(Path(newest))

    def choose_channel(self, channel: Channel) -> None:
        """Read the present recording or data set again, with another of its channels."""
        chosen = self._state.data_set or self._state.recording
        if chosen is not None:
            path, columns = chosen.path, chosen.columns if isinstance(chosen, DataSetShape) else None
            self._tasks.start(f"loading {path.name}", self.read(path, channel, columns), group=GROUP, exclusive=True)

    async def read(self, path: Path, channel: Channel = "mix", columns: Columns | None = None) -> None:
        """Read a recording or a data set and choose it; raises `ProblemError`."""
        state = self._state
        with state.reads(name_of(path)):
            read = await file_work(f"Reading {path.name}", partial(_read, path, channel, columns))
        before = state.data_set or state.recording
        state.recording = read if isinstance(read, WavShape) else None
        state.data_set = read if isinstance(read, DataSetShape) else None
        if before is not None and before.path != read.path and not state.run.active:
            state.run.reset(None)  # the transcript of other audio is not this one's
        state.uses_microphone = False
        state.choices.add_recent(str(path))
        state.changed()


def _read(path: Path, channel: Channel, columns: Columns | None) -> WavShape | DataSetShape:
    meant = data_set_path(str(path)) if str(path) == SAMPLE else path
    return read_data_set_shape(meant, channel, columns) if is_data_set(meant) else read_shape_soon(meant, channel)
