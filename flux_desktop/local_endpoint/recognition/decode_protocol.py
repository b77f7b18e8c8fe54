"""Messages between the endpoint and its decode process, and their frames on the pipe.

A frame is a big-endian u32 length and a msgpack array.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord

_LENGTH_BYTES = 4
_encoder = msgspec.msgpack.Encoder()


class Request(msgspec.Struct, array_like=True, frozen=True):
    """What the endpoint asks about an utterance.

    ``audio``: one more block of 16 kHz 16-bit samples. ``pause``: the speaker may have finished. ``end``: no more
    audio will come, answer with the final words. ``drop``: nobody needs it any more. `speech_blocks` says up to
    which block somebody speaks, with a pause and an end.
    """

    utterance: int
    kind: Literal["audio", "pause", "end", "drop"]
    block: bytes = b""
    speech_blocks: int = 0
    language: str = ""
    """With the first block: the language spoken, empty where it is to be detected."""


class DecodeResult(msgspec.Struct, array_like=True, frozen=True):
    """What is recognised in the first `covered_blocks` blocks; `words` is None where that has not changed.

    Word times are seconds from the utterance's start. The first answer of a process is about utterance -1: it is
    ready.
    """

    utterance: int
    covered_blocks: int = 0
    words: tuple[SpokenWord, ...] | None = None
    final: bool = False


READY = DecodeResult(-1)


def pack(message: Request | DecodeResult) -> bytes:
    """One frame of either direction."""
    body = _encoder.encode(message)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


class Unpacker[T: (Request, DecodeResult)]:
    """Cuts received bytes into messages of one type."""

    def __init__(self, message_type: type[T]) -> None:
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(message_type)
        self._buffer = b""

    def feed(self, data: bytes) -> list[T]:
        """The messages that `data` completes. Raises `msgspec.DecodeError`."""
        buffer = self._buffer + data
        messages, at = [], 0
        while len(buffer) - at >= _LENGTH_BYTES:
            end = at + _LENGTH_BYTES + int.from_bytes(buffer[at : at + _LENGTH_BYTES], "big")
            if end > len(buffer):
                break
            messages.append(self._decoder.decode(memoryview(buffer)[at + _LENGTH_BYTES : end]))
            at = end
        self._buffer = buffer[at:]
        return messages
