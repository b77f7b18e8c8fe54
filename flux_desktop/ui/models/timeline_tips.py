"""What a place on the timeline means, in words, for its tooltip. No Qt."""

from __future__ import annotations

from flux_desktop.ui.models import text
from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.timeline import Timeline
from flux_desktop.ui.models.timeline_holds import survived_holds


def tip_at(
    timeline: Timeline, track: AudioTrack | None, at_s: float, within_s: float, *, in_words: bool = False
) -> str:
    """The nearest mark within `within_s`, else the word, hold or turn at a position, else the position itself."""
    stretch = timeline.between(at_s - within_s, at_s + within_s)
    turn = timeline.turn_at(at_s)
    if in_words and turn is not None:
        word = turn.word_at(at_s)
        if word is not None:
            return (
                f"“{word.text}”, {word.start_s:.2f} to {word.end_s:.2f} s, as Flux reports it. Click to play from here."
            )
        if not turn.words:
            return f"Text of turn {turn.card.index}; this build sends no times for its words."
    if stretch.marks:
        nearest = min(stretch.marks, key=lambda mark: abs(mark.at_s - at_s))
        return f"{nearest.at_s:.2f} s: {nearest.tip or nearest.label}"
    if turn is None:
        return track.problem if track is not None and track.problem else f"{at_s:.2f} s of the audio. No turn is open."
    for hold in survived_holds(turn, track):
        if hold.start_s <= at_s <= hold.end_s:
            return hold.tip
    ended = "still open" if turn.end_s is None else f"to {turn.end_s:.2f} s"
    sure = [value for when, value in stretch.confidence if when <= at_s + within_s]
    confidence = f" End-of-turn confidence {text.percent(sure[-1])}." if sure else ""
    lost = f" {track.problem}" if track is not None and track.problem else ""
    return f"Turn {turn.card.index}, {turn.start_s:.2f} s {ended}: {turn.card.text}{confidence}{lost}"
