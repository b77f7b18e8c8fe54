"""What is known to be said in the clips that are sent, as it is recorded with a run."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.clip import Clip
from flux_desktop.datasets.folder import single_clip
from flux_desktop.datasets.marks import MarksError
from flux_desktop.engine.records.audio_events import ClipReference


def clip_beside(recording: str | Path) -> tuple[Clip | None, Problem | None]:
    """A recording with its words, labels or text beside it; None with the reason where these cannot be used.

    Raises `ProblemError` ``words_unusable`` for a words file, which says that it belongs to the recording.
    """
    try:
        return single_clip(Path(recording)), None
    except ProblemError as error:
        if error.problem.code == "words_unusable":
            raise
        why = error.problem.why
    except (MarksError, OSError) as error:
        why = f"{error}."
    what = f"The reference text beside {Path(recording).name} is not used."
    return None, Problem(code="reference_unusable", what=what, why=why.replace("..", "."))


def clip_reference(
    t: float, number: int, clip: Clip, length_s: float, *, is_looped: bool = False
) -> ClipReference | None:
    """The event that keeps a clip's ground truth; None where nothing is known of it."""
    if not (clip.text or clip.words or clip.turns):
        return None
    return ClipReference(
        t=t,
        number=number,
        clip=f"{clip.path} from {clip.offset_s:g} s" if clip.offset_s else str(clip.path),
        length_s=length_s,
        is_looped=is_looped,
        text=clip.text,
        words=clip.words,
        turns=clip.turns,
        holds=clip.holds,
        ignore=clip.ignore,
        language=clip.language,
        keyterms=clip.keyterms,
        conversation=clip.conversation,
        sha256=clip.sha256,
    )
