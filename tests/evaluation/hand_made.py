"""Turns, holds and decisions that are short to write."""

from __future__ import annotations

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.evaluation.turns.turn_matching import DetectorEvent, EndCause, TurnDecision


def turn(start_s: float, end_s: float, text: str = "") -> SpokenTurn:
    return SpokenTurn(text=text, start_s=start_s, end_s=end_s)


def span(start_s: float, end_s: float) -> Span:
    return Span(start_s=start_s, end_s=end_s)


def end(
    audio_s: float, transcript: str | None = None, *, heard_s: float | None = None, cause: EndCause = EndCause.MODEL
) -> TurnDecision:
    return TurnDecision(event=DetectorEvent.END, audio_s=audio_s, heard_s=heard_s, cause=cause, transcript=transcript)


def eager(audio_s: float, heard_s: float | None = None) -> TurnDecision:
    return TurnDecision(event=DetectorEvent.EAGER, audio_s=audio_s, heard_s=heard_s)


def resumed(audio_s: float) -> TurnDecision:
    return TurnDecision(event=DetectorEvent.RESUMED, audio_s=audio_s)
