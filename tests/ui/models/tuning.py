"""Traces for the Tune page: clips with known turns and holds, and a server whose confidence grows with silence.

A clip says twelve words in two turns; the first turn has a hold. The confidence is 0.02 while somebody speaks, and
grows by `RISE` per message of silence, every 0.24 s; in a hold it reaches `HOLD_MAX` at most.
"""

from __future__ import annotations

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.evaluation.traces.trace import Setting, Trace, TraceMessage

HIGHEST = Setting(eot=1.0, eager=None, timeout_ms=10_000)
STEP_S, RISE, HOLD_MAX = 0.24, 0.2, 0.8
TEXTS = ("i would like to move my booking", "to the fourteenth of march")
ENDS_S = (6.0, 12.0)
STARTS_S = (0.5, 10.0)
LENGTH_S = 16.0


def trace(number: int, hold_s: float, *, path: str = "", repeat: int = 0, setting: Setting = HIGHEST) -> Trace:
    """One clip, whose first turn has a hold of this length from 3.0 s on."""
    hold = Span(start_s=3.0, end_s=3.0 + hold_s)
    turns = tuple(
        SpokenTurn(text=text, start_s=start_s, end_s=end_s)
        for text, start_s, end_s in zip(TEXTS, STARTS_S, ENDS_S, strict=True)
    )
    messages, confidence = [], 0.0
    for step in range(1, round(LENGTH_S / STEP_S)):
        at_s = round(step * STEP_S, 2)
        in_hold = hold.start_s < at_s <= hold.end_s
        speaks = not in_hold and any(turn.start_s < at_s <= turn.end_s for turn in turns)
        confidence = 0.02 if speaks else min(HOLD_MAX if in_hold else 0.99, confidence + RISE)
        messages.append(TraceMessage(audio_s=at_s, confidence=confidence, transcript=heard(turns, hold, at_s)))
    return Trace(
        clip=f"clip-{number:02}.wav",
        messages=tuple(messages),
        setting=setting,
        turns=turns,
        holds=(hold,),
        path=path,
        repeat=repeat,
    )


def heard(turns: tuple[SpokenTurn, ...], hold: Span, at_s: float) -> str:
    """What had been said by then; half of the first turn before its hold."""
    spoken_words: list[str] = []
    for turn in turns:
        words = turn.text.split()
        if at_s >= turn.end_s:
            spoken_words += words
        elif at_s > turn.start_s:
            half = len(words) // 2
            spoken_words += words[: half if at_s <= hold.end_s and turn is turns[0] else half + 1]
    return " ".join(spoken_words)


def traces(count: int = 40, *, long_holds: int = 2, path: str = "", setting: Setting = HIGHEST) -> list[Trace]:
    """Clips with short holds, which no usual setting cuts off, and some with long ones; `path` is numbered."""
    return [
        trace(
            number,
            1.6 if number < long_holds else 0.3,
            path=path and f"{number}-{path}",
            setting=setting,
        )
        for number in range(count)
    ]
