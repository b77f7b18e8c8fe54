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
    "cut-once": FaultKind(
        "s", 3, "The first stream's TCP connection is cut after that much audio; the next ones hold."
    ),
    "ends-after": FaultKind("s", 3, "The stream is ended without a word after that much audio, as at 30 minutes."),
    "model-stream-error": FaultKind("s", 3, "The model closes with an error after that much audio."),
    "internal-failure": FaultKind("s", 3, "SageMaker reports an internal stream failure after that much audio."),
    "unmodelled-error": FaultKind("s", 3, "An error that nobody has heard of ends the stream after that much audio."),
    "fatal-error": FaultKind("s", 3, "Flux reports an internal error and ends the stream after that much audio."),
    "bad-crc": FaultKind("s", 3, "A frame's checksum is wrong after that much audio, and the stream ends."),
    "truncated-frame": FaultKind("s", 3, "The stream ends in the middle of a frame after that much audio."),
    "wrong-length": FaultKind("s", 3, "A frame has an impossible length after that much audio, and the stream ends."),
    "unknown-event": FaultKind("s", 3, "An event of an unknown type comes after that much audio; the stream goes on."),
    "not-json": FaultKind("s", 3, "A message that is no JSON comes after that much audio; the stream goes on."),
    "wrong-types": FaultKind("s", 3, "A message with fields of wrong types comes after that much audio."),
    "sequence-gap": FaultKind("s", 3, "Five sequence numbers are left out after that much audio."),
    "illegal-order": FaultKind("s", 3, "A TurnResumed comes out of turn after that much audio."),
    "silent-after": FaultKind("s", 3, "Nothing more is sent after that much audio; the stream stays open."),
    "never-closes": FaultKind("", 1, "CloseStream is never answered and the stream never ended."),
    "error-after-close": FaultKind("", 1, "CloseStream is answered, then reported as an error of the model."),
    "fragments": FaultKind("parts", 3, "Every message comes in that many parts."),
    "drip": FaultKind("bytes/s", 2000, "Messages drip in at that pace, 16 bytes at a time."),
    "max-concurrent-streams": FaultKind("streams", 5, "So many streams fit on one HTTP/2 connection."),
    "expired-token": FaultKind("", 1, "Every request is refused with ExpiredTokenException."),
    "expires-after": FaultKind("s", 10, "From that long after its start on, streams are refused as with expired keys."),
    "bad-request": FaultKind("percent", 100, "That many of every 100 streams are refused with status 400."),
    "signature-refused": FaultKind("percent", 100, "That many of every 100 streams are refused for their signature."),
    "clock-skew": FaultKind("percent", 100, "That many of every 100 streams are refused for their time."),
    "access-denied": FaultKind("percent", 100, "That many of every 100 streams are refused as not permitted."),
    "not-found": FaultKind("percent", 100, "That many of every 100 streams are refused with status 404."),
    "model-refused": FaultKind("percent", 100, "That many of every 100 streams are refused by the model: status 424."),
    "internal-error": FaultKind("percent", 100, "That many of every 100 streams are refused with status 500."),
    "throttled": FaultKind("percent", 100, "That many of every 100 streams are refused with status 429."),
    "unavailable": FaultKind("percent", 100, "That many of every 100 streams are refused with status 503."),
}
