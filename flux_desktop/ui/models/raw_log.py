"""The newest messages of one connection, as they were on the wire."""

from __future__ import annotations

from collections import deque
from itertools import islice

import msgspec

RAW_KEPT = 2_000
"""Messages kept per connection: about eight minutes, 2 MB at most. The recording on disk has all of them."""


class RawMessage(msgspec.Struct):
    """A message in or out, `t` seconds after the run's origin."""

    t: float
    outgoing: bool
    kind: str
    text: str


class RawLog:
    """Bounded log: `append` and `newest`; `count` is how many messages there were in all."""

    def __init__(self) -> None:
        self.count = 0
        self._messages: deque[RawMessage] = deque(maxlen=RAW_KEPT)

    def append(self, message: RawMessage) -> None:
        """Keep one more message; the oldest one is dropped when the log is full."""
        self.count += 1
        self._messages.append(message)

    def __len__(self) -> int:
        return len(self._messages)

    def newest(self, number: int) -> list[RawMessage]:
        """The last `number` messages in order, or as many as are kept."""
        return list(islice(self._messages, max(0, len(self) - max(0, number)), None))
