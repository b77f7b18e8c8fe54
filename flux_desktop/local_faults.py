"""The faults that the built-in endpoint can inject, by name: the endpoint obeys this table, front ends offer it."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Beyond = Literal["slow", "refuse", "cliff"]
"""What the endpoint does with streams beyond a capacity that it is given."""
BEYOND: tuple[Beyond, ...] = get_args(Beyond)
BEYOND_MEANING: dict[Beyond, str] = {
    "slow": "Above it every stream's messages are delayed, the more the further above.",
    "refuse": "Above it further streams are refused.",
    "cliff": "Above it every stream's messages are delayed by 2 s at once.",
}


class FaultKind(NamedTuple):
    """One fault. `default` is its value without ``=VALUE``, None where a value must be given."""

    unit: str
    default: float | None
    sentence: str


FAULTS: dict[str, FaultKind] = {
    "never-connected": FaultKind(
        "percent", None, "This share of streams gets response headers but never a Connected message."
    ),
    "delay-ms": FaultKind(
        "ms", None, "Every message is delayed by this time, from the arrival of the audio that it answers."
    ),
    "stall-ms": FaultKind("ms", None, "After 5 s of audio the stream pauses once for this time."),
    "elevated-confidence": FaultKind(
        "percent",
        15,
        "Once a turn has ended, end_of_turn_confidence is this many percentage points too high: in later turns of the "
        "stream and, after a stream of two turns or more, in streams that open within 10 s of its last one.",
    ),
    "die-before-headers": FaultKind("", 1, "The TCP connection is reset before the response headers."),
    "cut-mid-stream": FaultKind("s", 3, "The TCP connection is reset after this much audio."),
    "cut-once": FaultKind(
        "s", 3, "The TCP connection of the first stream is reset after this much audio; later streams are not affected."
    ),
    "ends-after": FaultKind(
        "s", 3, "The stream ends without a message after this much audio, as at the 30-minute limit."
    ),
    "model-stream-error": FaultKind("s", 3, "The stream ends with ModelStreamError after this much audio."),
    "internal-failure": FaultKind("s", 3, "The stream ends with InternalStreamFailure after this much audio."),
    "unmodelled-error": FaultKind(
        "s", 3, "The stream ends with an error that the SDK does not model after this much audio."
    ),
    "fatal-error": FaultKind("s", 3, "Flux reports INTERNAL_SERVER_ERROR and ends the stream after this much audio."),
    "bad-crc": FaultKind("s", 3, "The stream ends with a frame whose checksum is wrong after this much audio."),
    "truncated-frame": FaultKind("s", 3, "The stream ends in the middle of a frame after this much audio."),
    "wrong-length": FaultKind("s", 3, "The stream ends with a frame of an impossible length after this much audio."),
    "unknown-event": FaultKind(
        "s", 3, "An event of an unknown type is sent after this much audio; the stream continues."
    ),
    "not-json": FaultKind("s", 3, "A message that is not JSON is sent after this much audio; the stream continues."),
    "wrong-types": FaultKind(
        "s", 3, "Two messages whose fields have wrong types are sent after this much audio; the stream continues."
    ),
    "sequence-gap": FaultKind("s", 3, "Five sequence numbers are skipped after this much audio."),
    "illegal-order": FaultKind("s", 3, "A TurnResumed without EagerEndOfTurn is sent after this much audio."),
    "silent-after": FaultKind("s", 3, "Nothing is sent after this much audio; the stream stays open."),
    "never-closes": FaultKind("", 1, "The answer to CloseStream is sent, but the stream never ends."),
    "error-after-close": FaultKind("", 1, "The answer to CloseStream is followed by ModelStreamError."),
    "fragments": FaultKind("parts", 3, "Every message is split into this many parts."),
    "drip": FaultKind("bytes/s", 2000, "Messages arrive at this rate, 16 bytes at a time."),
    "max-concurrent-streams": FaultKind("streams", 5, "An HTTP/2 connection accepts this many streams at once."),
    "expired-token": FaultKind("", 1, "Every request is refused with ExpiredTokenException."),
    "expires-after": FaultKind(
        "s", 10, "This long after the endpoint has started, new streams are refused with ExpiredTokenException."
    ),
    "bad-request": FaultKind("percent", 100, "This share of streams is refused with status 400."),
    "signature-refused": FaultKind("percent", 100, "This share of streams is refused for a wrong signature."),
    "clock-skew": FaultKind("percent", 100, "This share of streams is refused because the clocks differ."),
    "access-denied": FaultKind("percent", 100, "This share of streams is refused with AccessDeniedException."),
    "not-found": FaultKind("percent", 100, "This share of streams is refused with status 404."),
    "model-refused": FaultKind("percent", 100, "This share of streams is refused by the model: status 424."),
    "internal-error": FaultKind("percent", 100, "This share of streams is refused with status 500."),
    "throttled": FaultKind("percent", 100, "This share of streams is refused with status 429."),
    "unavailable": FaultKind("percent", 100, "This share of streams is refused with status 503."),
}

FAULT_GROUPS: dict[str, tuple[str, ...]] = {
    "A request is refused": (
        *("bad-request", "signature-refused", "clock-skew", "expired-token", "expires-after", "access-denied"),
        *("not-found", "model-refused", "internal-error", "throttled", "unavailable", "die-before-headers"),
    ),
    "A stream is slow or silent": (
        *("never-connected", "delay-ms", "stall-ms", "silent-after", "drip", "fragments", "max-concurrent-streams"),
    ),
    "A stream ends early, or not at all": (
        *("cut-mid-stream", "cut-once", "ends-after", "model-stream-error", "internal-failure", "unmodelled-error"),
        *("fatal-error", "never-closes", "error-after-close"),
    ),
    "Messages are damaged or unexpected": (
        *("bad-crc", "truncated-frame", "wrong-length", "not-json", "wrong-types", "unknown-event", "sequence-gap"),
        *("illegal-order", "elevated-confidence"),
    ),
}
"""The faults by what happens."""
