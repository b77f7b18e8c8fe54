"""Timelines made by hand, for tests: events of one connection at times of the run's clock."""

from __future__ import annotations

import numpy as np

from flux_desktop.engine.records.events import Received
from flux_desktop.flux.messages import Word
from flux_desktop.flux.turns import Turn
from flux_desktop.ui.models.audio_track import LEVELS_PER_S, ClipLevels, ClipTrack
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.conversation import Conversation

ORIGIN_S = 5.0
"""When the audio of these connections begins, on the run's clock."""


def said(
    conversation: Conversation,
    event: str,
    at_s: float,
    text: str = "well then",
    *,
    index: int = 0,
    words: tuple[tuple[str, float, float], ...] = (),
    late_s: float = 0.1,
    confidence: float | None = 0.3,
    ended_by: str | None = None,
) -> None:
    """A message that covers the audio up to `at_s` and arrives `late_s` after it."""
    if event == "EndOfTurn" and ended_by is None:
        ended_by = "model"
    before = conversation._turns._open_turn
    turn = Turn(
        index=index,
        transcript=text,
        words=[Word(word, 0.9, start, end) for word, start, end in words],
        start_s=max(0.0, at_s - 0.3) if before is None else before.start_s,
        end_s=at_s,
        eager_count=(0 if before is None else before.eager_count) + (event == "EagerEndOfTurn"),
        resumed_count=(0 if before is None else before.resumed_count) + (event == "TurnResumed"),
        ended_by=ended_by,
    )
    conversation.received(
        Received(
            t=ORIGIN_S + at_s + late_s,
            conn=conversation.conn,
            type="TurnInfo",
            text="{}",
            turn_event=event,
            turn=turn,
            eot_confidence=confidence,
            user_latency_ms=late_s * 1000,
        )
    )
    if ended_by is not None:
        conversation._turns._open_turn = None


def one_turn(conversation: Conversation, from_s: float = 1.0, index: int = 0) -> None:
    """A turn of 4 s with an eager end that was withdrawn and one that held."""
    said(conversation, "StartOfTurn", from_s, index=index)
    said(conversation, "EagerEndOfTurn", from_s + 1.5, index=index, confidence=0.55)
    said(conversation, "TurnResumed", from_s + 2.0, index=index)
    said(conversation, "EagerEndOfTurn", from_s + 3.6, index=index, confidence=0.6)
    said(conversation, "EndOfTurn", from_s + 4.0, index=index, confidence=0.8)


def levels(*loud_s: tuple[float, float], length_s: float = 10.0, peak: float = 0.5) -> ClipLevels:
    """A clip that is loud in some stretches and silent elsewhere."""
    values = np.zeros(round(length_s * LEVELS_PER_S), np.float32)
    for start_s, end_s in loud_s:
        values[round(start_s * LEVELS_PER_S) : round(end_s * LEVELS_PER_S)] = peak
    return ClipLevels(length_s, values, values / 2)


def track(*loud_s: tuple[float, float], length_s: float = 10.0) -> ClipTrack:
    """A track of one clip."""
    clip_track = ClipTrack()
    clip_track.append(0.0)
    clip_track.fill(0, levels(*loud_s, length_s=length_s))
    return clip_track


def card_of(conversation: Conversation, number: int = 0) -> Card:
    """The card of a turn of the timeline."""
    return conversation.timeline.turns[number].card
