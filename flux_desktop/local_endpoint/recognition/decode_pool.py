"""Recognition shared between streams: identical audio is decoded once, in a few processes of its own.

An utterance is known by the hash chain of its blocks, so streams that started at different times, or loop one
recording, find the utterance that another stream has already had decoded. A stream whose audio nobody has
decoded before is a *leader* and holds one recognition process; there are `max_decodes` of them.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from flux_desktop.local_endpoint.recognition.decode_worker_handle import DecodeWorker, OnAnswer, OnDeath
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord
from flux_desktop.local_endpoint.recognition.utterances import Cursor, Utterance

log = logging.getLogger(__name__)

_KEPT_BLOCKS = 10_000
"""About 13 minutes of finished utterances, 25 MB, kept for streams that bring the same audio later."""


class PoolFullError(RuntimeError):
    """More different recordings than this machine decodes in real time."""


class DecodePool:
    """All utterances and the processes that decode them. Lives on one event loop, inside `running`."""

    def __init__(
        self, max_decodes: int, make_worker: Callable[[OnAnswer, OnDeath], DecodeWorker] = DecodeWorker
    ) -> None:
        self.max_decodes = max_decodes
        self._make_worker = make_worker
        self.decoded_blocks = 0
        self._group: asyncio.TaskGroup | None = None
        self._tasks: dict[DecodeWorker, asyncio.Task[None]] = {}
        self._leaders: dict[object, DecodeWorker] = {}
        self._by_digest: dict[bytes, Utterance] = {}
        self._by_number: OrderedDict[int, Utterance] = OrderedDict()
        self._next_number = 0

    @asynccontextmanager
    async def running(self) -> Any:
        """Keep the pool alive; the first process starts at once, so that the first words come quickly."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._start_worker()
            try:
                yield self
            finally:
                self._group = None
                for task in self._tasks.values():
                    task.cancel()

    @property
    def running_decodes(self) -> int:
        """How many different recordings are being decoded."""
        return len(self._leaders)

    @property
    def full(self) -> bool:
        return len(self._leaders) >= self.max_decodes

    @property
    def processes(self) -> int:
        return len(self._tasks)

    @property
    def utterances(self) -> list[Utterance]:
        """All that are being decoded or are kept."""
        return list(self._by_number.values())

    # ------------------------------------------------------------ streams

    def begin(self, owner: object, blocks: list[bytes]) -> Cursor:
        """Start an utterance with its first blocks; raises `PoolFullError` where it needs a further decode."""
        *_, digest = _chain(b"", blocks)
        utterance = self._by_digest.get(digest)
        if utterance is not None:
            self._leave(owner)
            self._by_number.move_to_end(utterance.number)
            return Cursor(owner, utterance, len(blocks) - 1)
        return Cursor(owner, self._create(owner, blocks), len(blocks) - 1)

    def feed(self, cursor: Cursor, block: bytes) -> None:
        """The next block of a stream's utterance; shared where another stream has brought it already."""
        utterance, index = cursor.utterance, cursor.index + 1
        digest = _link(utterance.digests[cursor.index], block)
        if index < len(utterance.digests) and utterance.digests[index] == digest:
            cursor.index = index
        elif index == len(utterance.digests) and not utterance.ended:
            self._append(utterance, block, digest)
            cursor.index = index
        else:
            self._branch(cursor, [*utterance.blocks[:index], block], digest)

    def _branch(self, cursor: Cursor, blocks: list[bytes], digest: bytes) -> None:
        """The stream's audio is no longer that of its utterance: go on in another one, decoded from its start."""
        before, known = cursor.utterance, self._by_digest.get(digest)
        if known is not None:
            self._leave(cursor.owner)
        cursor.move(known or self._create(cursor.owner, blocks), len(blocks) - 1)
        self._end_unused(before)

    def end(self, cursor: Cursor, *, closing: bool = False) -> bool:
        """End the utterance at the cursor; returns whether a final text will come.

        A stream that closes in the middle of an utterance that others still follow gets none.
        """
        utterance = cursor.utterance
        if cursor.index != len(utterance.blocks) - 1:
            return False
        if not utterance.ended:
            if closing and len(utterance.users) > 1:
                return False
            utterance.ended = True
            utterance.worker.request(utterance.number, None)
        return True

    def drop(self, cursor: Cursor) -> None:
        """The stream needs this utterance no longer; one that nobody follows is ended."""
        cursor.utterance.users.pop(cursor, None)
        self._end_unused(cursor.utterance)

    def _end_unused(self, utterance: Utterance) -> None:
        if not utterance.users and not utterance.ended:
            utterance.ended = True
            utterance.worker.request(utterance.number, None)

    def leave(self, owner: object) -> None:
        """A stream that has dropped all its cursors is gone."""
        self._leave(owner)

    def _leave(self, owner: object) -> None:
        """No leader any more; an utterance that others still follow goes to one of them with its process."""
        worker = self._leaders.pop(owner, None)
        if worker is None:
            return
        for utterance in self._unended(worker):
            heirs = (user.owner for user in utterance.users if user.owner is not owner)
            heir = next((heir for heir in heirs if heir not in self._leaders), None)
            if heir is not None:
                self._leaders[heir] = worker
                return

    def _unended(self, worker: DecodeWorker) -> list[Utterance]:
        return [u for u in self._by_number.values() if u.worker is worker and not u.ended]

    # ------------------------------------------------------------ decodes

    def _create(self, owner: object, blocks: list[bytes]) -> Utterance:
        worker = self._leaders.get(owner)
        if worker is not None and self._unended(worker):
            # Others go on with what this stream has led so far: a process hears one utterance at a time.
            self._leave(owner)
            worker = None
        if worker is None:
            if self.full:
                raise PoolFullError
            worker = self._leaders[owner] = self._free_worker()
        utterance = Utterance(self._next_number, worker)
        self._next_number += 1
        self._by_number[utterance.number] = utterance
        for block, digest in zip(blocks, _chain(b"", blocks), strict=True):
            self._append(utterance, block, digest)
        self._forget_oldest()
        return utterance

    def _append(self, utterance: Utterance, block: bytes, digest: bytes) -> None:
        utterance.blocks.append(block)
        utterance.digests.append(digest)
        self._by_digest.setdefault(digest, utterance)
        self.decoded_blocks += 1
        utterance.worker.request(utterance.number, block)

    def _forget_oldest(self) -> None:
        kept = sum(len(utterance.blocks) for utterance in self._by_number.values())
        for utterance in list(self._by_number.values()):
            if kept <= _KEPT_BLOCKS:
                return
            if utterance.final is not None and not utterance.users:
                kept -= len(utterance.blocks)
                self._forget(utterance)

    def _forget(self, utterance: Utterance) -> None:
        self._by_number.pop(utterance.number, None)
        for digest in utterance.digests:
            if self._by_digest.get(digest) is utterance:
                del self._by_digest[digest]

    def _free_worker(self) -> DecodeWorker:
        taken = set(self._leaders.values())
        free = (w for w in self._tasks if w not in taken and not self._unended(w))
        return next(free, None) or self._start_worker()

    def _start_worker(self) -> DecodeWorker:
        assert self._group is not None
        worker = self._make_worker(self._take_answer, self._bury)
        self._tasks[worker] = self._group.create_task(worker.run(), name="decode worker")
        return worker

    def _take_answer(self, number: int, heard: int, words: list[Any] | None, final: bool) -> None:
        utterance = self._by_number.get(number)
        if utterance is not None:
            spoken = None if words is None else tuple(SpokenWord(*word) for word in words)
            utterance.take(heard, spoken, final=final)

    def _bury(self, worker: DecodeWorker) -> None:
        """A process died: its unfinished utterances fail, and so do the streams that wait for them."""
        self._tasks.pop(worker, None)
        for owner in [owner for owner, theirs in self._leaders.items() if theirs is worker]:
            del self._leaders[owner]
        for utterance in list(self._by_number.values()):
            if utterance.worker is worker and utterance.final is None:
                self._forget(utterance)
                utterance.fail()


def _link(previous: bytes, block: bytes) -> bytes:
    return hashlib.blake2b(block, digest_size=16, key=previous).digest()


def _chain(previous: bytes, blocks: list[bytes]) -> Iterator[bytes]:
    for block in blocks:
        previous = _link(previous, block)
        yield previous
