"""Where silences begin in a trace, as far as its messages show it: what a timeout counts from.

A server counts `eot_timeout_ms` from the end of speech, which no message states. Speech shows between two messages as a
changed transcript, a falling confidence, or one that says the speaker is in the middle of something.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flux_desktop.evaluation.traces.trace import TraceMessage

FALL_MIN = 0.005
"""A confidence that falls by more than this between two messages: somebody spoke."""
SPEAKING_MAX = 0.03
"""A confidence at or below this: somebody is speaking."""


class Silence(NamedTuple):
    """The silence at one message. It began between `after_s` and `until_s`, most likely at `from_s`."""

    after_s: float
    from_s: float
    until_s: float


def speech_before(messages: Sequence[TraceMessage]) -> list[bool]:
    """For each message, whether somebody spoke between it and the one before."""
    spoken, before = [], TraceMessage(audio_s=0.0, confidence=0.0)
    for message in messages:
        spoken.append(
            message.transcript != before.transcript
            or message.confidence < before.confidence - FALL_MIN
            or message.confidence <= SPEAKING_MAX
        )
        before = message
    return spoken


def silences(messages: Sequence[TraceMessage]) -> list[Silence]:
    """The silence at each message; where somebody speaks it begins with the message itself, or later."""
    spoken = speech_before(messages)
    silence_by_message: list[Silence] = []
    for index, message in enumerate(messages):
        before_s = messages[index - 1].audio_s if index else 0.0
        if spoken[index] or not index:
            next_s = messages[index + 1].audio_s if index + 1 < len(messages) else message.audio_s
            silence_by_message.append(_within(before_s, message.audio_s, next_s, message.last_word_end_s))
        else:
            silence_by_message.append(silence_by_message[-1])
    return silence_by_message


def _within(after_s: float, at_s: float, until_s: float, word_end_s: float | None) -> Silence:
    """A word's end is where the server itself believes that speech ended, unless speech is seen after it."""
    from_s = at_s if word_end_s is None else min(max(word_end_s, after_s), until_s)
    return Silence(after_s, from_s, until_s)
