"""The progress of an experiment that streams clips as a run: what its engine reports, ready to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.work_progress import WorkProgress, of_clips

if TYPE_CHECKING:
    from flux_desktop.experiments.clip_run import ClipProgress


class ClipRunProgress:
    """Of one run after another."""

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._newest: ClipProgress | None = None

    def begin(self) -> None:
        """A run starts: nothing of it is known yet."""
        self._newest = None

    def take(self, progress: ClipProgress) -> None:
        """Take what the engine reports."""
        self._newest = progress

    def shown(self) -> WorkProgress:
        """How far the run is, in words."""
        run, newest = self._state.run.current, self._newest
        done, failed, total = (0, 0, 0) if newest is None else (newest.done, newest.failed, newest.total)
        return of_clips(done, failed, total, run.elapsed_s(), run.planned_s)


def shown_plan(base: RunPlan, data: str, at_once: int) -> RunPlan:
    """The plan of such a run as the rest of the window shows it: the data set on so many connections at a time."""
    return msgspec.structs.replace(
        base, source=DataSetSource(path=data), connections=at_once, on_demand=True, duration_s=None
    )
