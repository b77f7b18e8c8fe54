"""Clips and worst turns of a run on a terminal; the words are those of `reports.accuracy_text`."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from flux_desktop.base.plain_text import plain
from flux_desktop.evaluation.accuracy.alignment import Pair
from flux_desktop.evaluation.accuracy.word_accuracy import WorstTurn
from flux_desktop.reports.accuracy import RunAccuracy
from flux_desktop.reports.accuracy_text import clip_name, clip_text, errors_text, rate_of

CLIPS_SHOWN = 30
_CLIP_CHARS = 28
_DELETED, _INSERTED = "red", "green"


def clip_lines(accuracy: RunAccuracy) -> list[str]:
    """One line a clip, where there are several: its error rate, and its cut-offs where turns are known."""
    clips = accuracy.clips
    if len(clips) < 2:
        return []
    title = f"Clips (normalised, 95 % interval over the turns of the clip), {len(clips)}"
    if len(clips) > CLIPS_SHOWN:
        clips = sorted(clips, key=rate_of, reverse=True)[:CLIPS_SHOWN]
        title += f", of which the {CLIPS_SHOWN} with the highest rate"
    lines = [f"  {plain(clip_name(each.clip)):<{_CLIP_CHARS - 1}} {clip_text(each)}" for each in clips]
    return ["", f"  {title}:", *lines]


def worst_lines(worst: Sequence[WorstTurn]) -> list[Text]:
    """The worst turns, aligned: `[-missing-]` and `{+extra+}` words, as `git diff --word-diff` marks them."""
    if not worst:
        return []
    lines = [Text(""), Text(f"  Worst turns, normalised: [-reference-] {{+recognised+}}, {len(worst)}:")]
    for turn in worst:
        errors = turn.errors
        times = f", {turn.times} times" if turn.times > 1 else ""
        where = f"  {plain(clip_name(turn.clip))}, turn {turn.turn} at {turn.start_s:.1f} s: "
        lines.append(Text(f"{where}{errors_text(errors)}{times}"))
        lines.append(aligned_text(turn.pairs, "" if errors.unit == "character" else " ", indent="    "))
    return lines


def aligned_text(pairs: Sequence[Pair], separator: str, *, indent: str = "") -> Text:
    """One line: equal words as they are, others marked and coloured."""
    pieces = []
    for reference_token, transcript_token in pairs:
        piece = Text()
        if reference_token == transcript_token:
            piece.append(plain(reference_token or ""))
        else:
            if reference_token is not None:
                piece.append(f"[-{plain(reference_token)}-]", style=_DELETED)
            if transcript_token is not None:
                piece.append(f"{{+{plain(transcript_token)}+}}", style=_INSERTED)
        pieces.append(piece)
    return Text(indent) + Text(separator).join(pieces)
