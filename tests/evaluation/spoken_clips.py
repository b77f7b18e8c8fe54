"""Clips played to the built-in endpoint's conversation, frame by frame and without a clock: traces of any setting."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.aws.wire.event_stream import decode_message
from flux_desktop.datasets.clip import Span
from flux_desktop.evaluation.traces.trace import Setting, Trace, TraceMessage
from flux_desktop.flux.bundles import LATEST
from flux_desktop.flux.messages import ForceEndTurn, TurnInfo, encode, parse_server_message
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.conversation.conversation import ServerConversation
from flux_desktop.local_endpoint.recognition.turn_taking import FRAME_S, ConfidenceOffset, SpokenWord
from tests.local_endpoint.conversation.scripted_recogniser import ScriptedRecogniser

HIGHEST = Setting(eot=1.0, eager=None, timeout_ms=10_000)
_SPEECH, _SILENCE = b"\x01\x01", b"\x00\x00"


class SpokenClip(msgspec.Struct, frozen=True, kw_only=True):
    """Words at their times, and the turns and holds that follow from them."""

    name: str
    words: tuple[SpokenWord, ...]
    turns: tuple[SpokenTurn, ...]
    holds: tuple[Span, ...]

    @property
    def length_s(self) -> float:
        return self.words[-1].end_s


def random_clip(name: str, seed: int, *, turns: int = 2) -> SpokenClip:
    """Turns of one to four phrases with holds of 0.2 to 2.6 s; half of the clips have punctuation."""
    rng = random.Random(seed)
    words: list[SpokenWord] = []
    spoken: list[SpokenTurn] = []
    holds: list[Span] = []
    now_s = 0.5
    punctuated = rng.random() < 0.5
    for _ in range(turns):
        start_s = now_s
        for phrase in range(rng.randint(1, 4)):
            if phrase:
                hold_s = rng.choice((0.3, 0.45, 0.7, 1.1, 1.6, 2.5)) + rng.uniform(-0.1, 0.1)
                holds.append(Span(start_s=now_s, end_s=round(now_s + hold_s, 2)))
                now_s = round(now_s + hold_s, 2)
            for _ in range(rng.randint(2, 5)):
                end_s = round(now_s + rng.uniform(0.15, 0.5), 2)
                words.append(SpokenWord(f"word{len(words)}", now_s, end_s, 0.9))
                now_s = end_s
            if punctuated:
                words[-1] = words[-1]._replace(text=f"{words[-1].text}{rng.choice(',.')}")
        spoken.append(SpokenTurn(text="", start_s=start_s, end_s=now_s))
        now_s = round(now_s + rng.uniform(3.0, 5.0), 2)
    return SpokenClip(name=name, words=tuple(words), turns=tuple(spoken), holds=tuple(holds))


def played(
    clip: SpokenClip,
    setting: Setting,
    *,
    silence_s: float = 10.4,
    residual: ConfidenceOffset | None = None,
    force_ends_s: Sequence[float] = (),
) -> Trace:
    """The trace of a clip, and silence after it, at a setting. `residual` raises confidences, as a fault does.

    `force_ends_s` are places, in order, at which ForceEndTurn is sent."""
    frames: list[bytes] = []
    conversation = ServerConversation(
        request_id="r",
        options=FluxOptions(
            eot_threshold=setting.eot, eager_eot_threshold=setting.eager, eot_timeout_ms=setting.timeout_ms
        ),
        bundle=LATEST,
        recogniser=ScriptedRecogniser(*clip.words),  # type: ignore[arg-type]
        send=frames.append,
        ended=lambda: None,
        residual=residual,
    )
    count = round((clip.length_s + silence_s) / FRAME_S)
    spoken = [False] * count
    for word in clip.words:
        for frame in range(int(word.start_s / FRAME_S), min(count, int(word.end_s / FRAME_S - 1e-9) + 1)):
            spoken[frame] = True
    forced_frames = [int(at_s / FRAME_S) for at_s in force_ends_s]
    for frame, speech in enumerate(spoken):
        if frame in forced_frames:
            conversation.receive("UTF8", encode(ForceEndTurn()).encode())
        conversation.receive("BINARY", _SPEECH if speech else _SILENCE)
    messages = [_message(decode_message(frame).payload) for frame in frames]
    conversation.close()
    return Trace(
        clip=clip.name, path=clip.name, messages=tuple(messages), setting=setting, turns=clip.turns, holds=clip.holds
    )


def _message(payload: bytes) -> TraceMessage:
    info = parse_server_message(payload)
    assert isinstance(info, TurnInfo)
    assert info.audio_window_end is not None
    return TraceMessage(
        audio_s=info.audio_window_end,
        confidence=info.end_of_turn_confidence or 0.0,
        event=info.event,
        turn_index=info.turn_index or 0,
        transcript=info.transcript,
        last_word_end_s=info.words[-1].end if info.words else None,
        trigger=info.trigger,
        latency_ms=120.0,
    )


def messages_of(*stretches: str) -> tuple[TraceMessage, ...]:
    """Messages every 0.24 s: ``"a b|0.1 0.2"`` are two with the transcript ``a b`` and these confidences."""
    messages: list[TraceMessage] = []
    for stretch in stretches:
        transcript, _, confidences = stretch.partition("|")
        for confidence in confidences.split():
            messages.append(
                TraceMessage(
                    audio_s=round(0.24 * (len(messages) + 1), 2), confidence=float(confidence), transcript=transcript
                )
            )
    return tuple(messages)
