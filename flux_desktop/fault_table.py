"""The faults that the built-in endpoint shows on purpose, by name: it obeys this table, and front ends offer it."""

from __future__ import annotations

from typing import NamedTuple


class FaultKind(NamedTuple):
    """What a fault does; `default` is the value without ``=VALUE``, None where one must be given."""

    unit: str
    default: float | None
    sentence: str


FAULTS: dict[str, FaultKind] = {
    "never-connected": FaultKind(
        "percent", None, "That many of every 100 streams get their headers and never a message."
    ),
    "delay-ms": FaultKind("ms", None, "Every message comes that much later."),
    "stall-ms": FaultKind("ms", None, "After 5 s of audio nothing is sent for that long, once."),
    "die-before-headers": FaultKind("", 1, "The TCP connection is cut before any answer."),
    "cut-mid-stream": FaultKind("s", 3, "The TCP connection is cut after that much audio."),
    "model-stream-error": FaultKind("s", 3, "The model closes with an error after that much audio."),
    "internal-failure": FaultKind("s", 3, "SageMaker reports an internal stream failure after that much audio."),
    "silent-after": FaultKind("s", 3, "Nothing more is sent after that much audio; the stream stays open."),
    "never-closes": FaultKind("", 1, "CloseStream is never answered and the stream never ended."),
    "error-after-close": FaultKind("", 1, "CloseStream is answered, then reported as an error of the model."),
    "fragments": FaultKind("parts", 3, "Every message comes in that many parts."),
    "max-concurrent-streams": FaultKind("streams", 5, "So many streams fit on one HTTP/2 connection."),
    "expired-token": FaultKind("", 1, "Every request is refused with ExpiredTokenException."),
    "throttled": FaultKind("percent", 100, "That many of every 100 streams are refused with status 429."),
    "unavailable": FaultKind("percent", 100, "That many of every 100 streams are refused with status 503."),
}
