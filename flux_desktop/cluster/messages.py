"""What coordinator and generators say to each other, as MessagePack: nothing but data crosses a task's boundary."""

from __future__ import annotations

import msgspec
from msgspec import Struct

LEASE_S = 5.0
"""A generator that has not heard from its coordinator for this long closes its streams; a coordinator that has not
heard from a generator for this long counts it as lost."""
EXCHANGE_EVERY_S = 0.25
"""Live figures are at most this old, plus the 0.1 s of a snapshot and a round trip."""
PART_BYTES = 4 * 1024 * 1024
"""Of a file, in one message."""


class Hello(Struct, kw_only=True):
    """What a generator says of itself."""

    name: str
    versions: dict[str, str]
    cores: int
    busy: bool
    """Whether it still carries connections of another run."""


class FileEntry(Struct, frozen=True, kw_only=True):
    """One file of a run: where it belongs in the run's folder on a generator, and its content by hash."""

    name: str
    sha256: str
    size: int


class Begin(Struct, kw_only=True):
    """Hand a worker its run: a `StartRun` as JSON whose paths are below the run's folder."""

    worker: int
    start: bytes
    forwarded: bool
    """Whether the keys in it are to be used; else the generator's own AWS configuration is asked."""


class GeneratorReport(Struct, kw_only=True):
    """What has happened on a generator since the last exchange."""

    monotonic_s: float
    lines: list[tuple[int, bytes]] = []
    """Events as JSON lines, by worker."""
    done: list[int] = []
    """Workers whose run is over: nothing follows of them."""


def pack(message: Struct) -> bytes:
    """A message as bytes."""
    return msgspec.msgpack.encode(message)


def unpack[T](data: bytes, kind: type[T]) -> T:
    """A message of a kind. Raises `msgspec.DecodeError`."""
    return msgspec.msgpack.decode(data, type=kind)
