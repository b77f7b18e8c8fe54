"""The newest messages of one connection as they were on the wire; all but the last few are compressed."""

from __future__ import annotations

import zlib
from collections import deque

import msgspec

BLOCK = 100
"""Messages compressed together, to about a tenth; as many at most wait in the plain form."""
RAW_KEPT = 5_000
"""At least so many messages are kept, and at most a block more: about twenty minutes."""
_LEVEL = 1


class RawMessage(msgspec.Struct, array_like=True):
    """A message in or out, `t` seconds after the run's origin."""

    t: float
    outgoing: bool
    kind: str
    text: str


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[RawMessage])


class RawLog:
    """`append` and `newest`; `count` is how many messages there were in all."""

    def __init__(self) -> None:
        self.count = 0
        self._packed: deque[bytes] = deque(maxlen=RAW_KEPT // BLOCK)
        self._fresh: list[RawMessage] = []

    def append(self, message: RawMessage) -> None:
        """Keep one more; the oldest ones go."""
        self.count += 1
        self._fresh.append(message)
        if len(self._fresh) == BLOCK:
            self._packed.append(zlib.compress(_encoder.encode(self._fresh), _LEVEL))
            self._fresh = []

    def __len__(self) -> int:
        return len(self._packed) * BLOCK + len(self._fresh)

    def newest(self, number: int) -> list[RawMessage]:
        """The last `number` messages in order, or as many as are kept."""
        if number <= 0:
            return []
        blocks = -(-max(0, number - len(self._fresh)) // BLOCK)
        found: list[RawMessage] = []
        for packed in list(self._packed)[-blocks:] if blocks else []:
            found += _decoder.decode(zlib.decompress(packed))
        return (found + self._fresh)[-number:]
