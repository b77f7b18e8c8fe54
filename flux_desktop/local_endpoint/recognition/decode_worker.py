"""A process of its own that recognises speech with PocketSphinx, one utterance at a time.

PocketSphinx holds Python's interpreter lock while it decodes (measured: 0.2 s at a stretch), so it must not
share a process with the event loop. Frames on stdin and stdout are a u32 length, big-endian, and msgpack:
requests are ``[utterance, block or None]`` (None ends the utterance), answers
``[utterance, blocks heard, words or None, final]`` with words as ``[text, start_s, end_s, confidence]``
counted from the utterance's start; None means unchanged. The process ends when stdin does.
"""

from __future__ import annotations

import os
import select
import sys
from typing import Any

import msgspec

FRAMES_PER_S = 100
_NOT_WORDS = ("<", "[", "+")

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[int, bytes | None])


def pack(message: object) -> bytes:
    """One frame of either direction."""
    body = _encoder.encode(message)
    return len(body).to_bytes(4, "big") + body


def main() -> int:
    """Decode until stdin ends; returns the exit code."""
    import pocketsphinx  # heavy, and only this process needs it

    decoder = pocketsphinx.Decoder(samprate=16_000, loglevel="FATAL")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    answers.write(pack((-1, 0, None, False)))
    requests = _Requests(sys.stdin.fileno())
    utterance, heard, last = -1, 0, None
    while (request := requests.next()) is not None:
        number, block = request
        if number != utterance:
            if utterance >= 0:
                decoder.end_utt()
            decoder.start_utt()
            utterance, heard, last = number, 0, None
        if block is None:
            decoder.end_utt()
            answers.write(pack((utterance, heard, _words(decoder), True)))
            utterance = -1
            continue
        decoder.process_raw(block, False, False)
        heard += 1
        if requests.more_waiting():
            continue  # behind the audio: catch up first, the next answer covers this block too
        words = _words(decoder)
        answers.write(pack((utterance, heard, words if words != last else None, False)))
        last = words
    return 0


class _Requests:
    """Requests from a pipe, with a look at whether the next one is here already."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = b""

    def next(self) -> tuple[int, bytes | None] | None:
        """The next request, waiting for it; None when the pipe has ended."""
        while not self._complete():
            if not self._read():
                return None
        end = 4 + int.from_bytes(self._buffer[:4], "big")
        body, self._buffer = self._buffer[4:end], self._buffer[end:]
        return _decoder.decode(body)

    def more_waiting(self) -> bool:
        """Whether another request can be had without waiting."""
        if not self._complete() and select.select([self._descriptor], [], [], 0)[0]:
            self._read()
        return self._complete()

    def _complete(self) -> bool:
        return len(self._buffer) >= 4 and len(self._buffer) >= 4 + int.from_bytes(self._buffer[:4], "big")

    def _read(self) -> bool:
        data = os.read(self._descriptor, 65_536)
        self._buffer += data
        return bool(data)


def _words(decoder: Any) -> list[tuple[str, float, float, float]]:
    return [
        (
            segment.word.split("(")[0],
            segment.start_frame / FRAMES_PER_S,
            (segment.end_frame + 1) / FRAMES_PER_S,
            round(min(1.0, max(0.0, float(segment.prob))), 4),
        )
        for segment in decoder.seg() or ()
        if not segment.word.startswith(_NOT_WORDS)
    ]


if __name__ == "__main__":
    sys.exit(main())
