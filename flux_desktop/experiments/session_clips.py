"""The clips that a recorded run has sent, with their annotations, read again from where they are."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.clip import Clip
from flux_desktop.datasets.folder import single_clip
from flux_desktop.datasets.marks import MarksError
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource


def clips_of_plan(plan: RunPlan, folder: Path) -> tuple[Clip, ...]:
    """The clips of the run's source. Raises `ProblemError`, as for a microphone, which has none."""
    try:
        if isinstance(plan.source, WavSource):
            return (single_clip(Path(plan.source.path)),)
        if isinstance(plan.source, DataSetSource):
            return read_data_set(plan.source.path, plan.source.columns).clips
    except (ProblemError, MarksError) as error:
        why = error.problem.what if isinstance(error, ProblemError) else str(error)
        raise session_unusable(folder, f"Its recordings are missing. {why}") from error
    raise session_unusable(folder, "It was made with a microphone: where its turns end is not known.")


def session_unusable(folder: Path, why: str) -> ProblemError:
    """Why a session cannot be evaluated."""
    return ProblemError(
        Problem(
            code="session_unreadable",
            what=f"The session {folder.name} cannot be evaluated.",
            why=why,
            todo="Choose a session that streamed a recording or a data set with known turns.",
        )
    )
