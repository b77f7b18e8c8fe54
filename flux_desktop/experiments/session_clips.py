"""The clips that a recorded run has sent, with their annotations, read again from where they are."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.clip import Clip
from flux_desktop.datasets.folder import single_clip
from flux_desktop.datasets.marks import MarksError
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.evaluation.turns.reference import reference_turns

_OTHER = "Choose a session that streamed a recording or a data set with known turns."
_RESTORE = "Put it back where it was, or choose another session."


def clips_of_plan(plan: RunPlan, folder: Path) -> tuple[Clip, ...]:
    """The clips of the run's source. Raises `ProblemError`, as for a microphone, which has none."""
    if isinstance(plan.source, WavSource):
        return (_recording_of(plan.source, folder),)
    if isinstance(plan.source, DataSetSource):
        try:
            return read_data_set(plan.source.path, plan.source.columns).clips
        except ProblemError as error:
            why = f"Its data set {plan.source.path} cannot be used: {error.problem.why}"
            raise session_unusable(folder, why, _RESTORE) from error
    raise session_unusable(folder, "It was made with a microphone: where its turns end is not known.")


def _recording_of(source: WavSource, folder: Path) -> Clip:
    try:
        clip = single_clip(Path(source.path))
    except (ProblemError, MarksError) as error:
        why = error.problem.why if isinstance(error, ProblemError) else str(error)
        raise session_unusable(folder, f"What lies beside {source.path} cannot be used: {why}", _RESTORE) from error
    if not (clip.path.exists() or reference_turns(clip)):
        raise session_unusable(folder, f"Its recording {clip.path} does not exist.", _RESTORE)
    return clip


def session_unusable(folder: Path, why: str, todo: str = _OTHER) -> ProblemError:
    """Why a session cannot be evaluated."""
    return ProblemError(
        Problem(
            code="session_unreadable",
            what=f"The session {folder.name} cannot be evaluated.",
            why=why,
            todo=todo,
        )
    )
