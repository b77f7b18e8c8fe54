"""Recognition shared between streams: the same audio is decoded once, in a process of its own.

Blocks of 80 ms are compared by content. A stream whose audio is that of an utterance which is or was decoded for
another stream joins it where it stands, also in its middle, so streams that start at different times or repeat a
recording share its words; `lag_bytes` finds the utterance also where the stream's blocks begin between those of the
utterance. A stream with audio of its own takes one of `max_decodes` places.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from flux_desktop.local_endpoint.recognition.decode_protocol import DecodeResult, Request
from flux_desktop.local_endpoint.recognition.decode_worker_handle import DecodeWorker, OnAnswer, OnExit
from flux_desktop.local_endpoint.recognition.utterances import Cursor, Utterance, UtteranceState
from flux_desktop.speech_models.catalogue import ENGLISH, SpeechModel

log = logging.getLogger(__name__)

_KEPT_BLOCKS = 10_000
"""About 13 minutes of finished utterances, 25 MB, kept for streams that bring the same audio later."""

_HEAD_BYTES = 16
_SAMPLE_BYTES = 2

MakeWorker = Callable[[SpeechModel, OnAnswer, OnExit], DecodeWorker]


class PoolFullError(RuntimeError):
    """More different recordings than this machine decodes in real time."""


class DecodePool:
    """All utterances of one model and the process that decodes them. Lives on one event loop, inside `running`."""

    def __init__(self, max_decodes: int, model: SpeechModel = ENGLISH, make_worker: MakeWorker = DecodeWorker) -> None:
        self.max_decodes = max_decodes
        self.model = model
        self._make_worker = make_worker
        self.decoded_blocks = 0
        self._group: asyncio.TaskGroup | None = None
        self._worker: DecodeWorker | None = None
        self._task: asyncio.Task[None] | None = None
        self._leaders: set[object] = set()
        """Streams that hold a place."""
        self._led: dict[int, object] = {}
        """The stream that an open utterance is decoded for, by number."""
        self._places: dict[tuple[str, bytes], tuple[Utterance, int]] = {}
        """By language and content of a block: where it was last decoded."""
        self._heads: Counter[bytes] = Counter()
        """How many of these blocks begin with these bytes: a look at them spares most digests in `lag_bytes`."""
        self._by_number: OrderedDict[int, Utterance] = OrderedDict()
        self._next_number = 0

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[DecodePool]:
        """Allow the process to be started while the context lasts; it ends with it."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                yield self
            finally:
                self._group = None
                if self._task is not None:
                    self._task.cancel()

    @property
    def running_decodes(self) -> int:
        """How many streams hold a place."""
        return len(self._leaders)

    @property
    def full(self) -> bool:
        return len(self._leaders) >= self.max_decodes

    @property
    def processes(self) -> int:
        return 0 if self._worker is None else 1

    @property
    def utterances(self) -> list[Utterance]:
        """All utterances that are being decoded or are kept."""
        return list(self._by_number.values())

    def warm_up(self) -> None:
        """Start the process, which takes about a second, because speech may follow. Idempotent."""
        if self._worker is None and self._group is not None:
            self._worker = worker = self._make_worker(self.model, self._take_answer, self._fail_all)
            self._task = self._group.create_task(worker.run(), name="decode worker")

    # ------------------------------------------------------------ streams

    def lag_bytes(self, audio: bytes, block_bytes: int, language: str = "") -> int:
        """How far the end of a stream's `audio` is behind the end of a block of an utterance with the same audio.

        Less than a block; 0 where no utterance has this audio.
        """
        for lag in range(0, min(block_bytes, len(audio) - block_bytes + 1), _SAMPLE_BYTES):
            first = len(audio) - lag - block_bytes
            if audio[first : first + _HEAD_BYTES] not in self._heads:
                continue
            if (language, _digest(audio[first : first + block_bytes])) in self._places:
                return lag
        return 0

    def begin(self, owner: object, blocks: list[bytes], language: str = "") -> Cursor:
        """Start an utterance with its first blocks; raises `PoolFullError` where that needs another place."""
        place = self._find(blocks, language)
        if place is not None:
            self._leave(owner)
            return Cursor(owner, *place)
        return Cursor(owner, self._create(owner, blocks, language), 0, len(blocks) - 1)

    def feed(self, cursor: Cursor, block: bytes) -> None:
        """Take the next block of a stream's utterance. Raises `PoolFullError` like `begin`."""
        utterance, index = cursor.utterance, cursor.index + 1
        if utterance.state is UtteranceState.FAILED:
            return  # the stream fails when it asks for this frame's words
        if index < len(utterance.blocks):
            if utterance.digests[index] == _digest(block):
                cursor.index = index
                return
        elif utterance.is_open:
            self._append(utterance, block)
            cursor.index = index
            return
        self._branch(cursor, [*cursor.own_blocks(), block])

    def pause(self, cursor: Cursor, speech_blocks: int) -> None:
        """The speaker may have finished: decode what is there in full. `speech_blocks` as in `end`."""
        utterance = cursor.utterance
        if cursor.is_at_end and utterance.is_open and utterance.paused_at_blocks < len(utterance.blocks):
            utterance.paused_at_blocks = len(utterance.blocks)
            self._ask(Request(utterance.number, "pause", speech_blocks=cursor.first + speech_blocks))

    def end(self, cursor: Cursor, speech_blocks: int = 0, *, closing: bool = False) -> bool:
        """End the utterance at the cursor; returns whether final words will come.

        `speech_blocks` is the number of the stream's own blocks up to the last one with speech. A stream that closes
        in the middle of an utterance that others still follow gets no final words.
        """
        utterance = cursor.utterance
        if not cursor.is_at_end or utterance.state is UtteranceState.FAILED:
            return False
        if utterance.is_open:
            if closing and len(utterance.users) > 1:
                return False
            utterance.state = UtteranceState.ENDED
            self._led.pop(utterance.number, None)
            self._ask(Request(utterance.number, "end", speech_blocks=cursor.first + speech_blocks))
        return True

    def drop(self, cursor: Cursor) -> None:
        """The stream no longer needs this utterance; one that nobody follows before its end is not decoded further."""
        cursor.utterance.users.pop(cursor, None)
        self._drop_unused(cursor.utterance)

    def leave(self, owner: object) -> None:
        """A stream that has dropped all its cursors has ended."""
        self._leave(owner)

    # ------------------------------------------------------------ sharing

    def _find(self, blocks: list[bytes], language: str) -> tuple[Utterance, int, int] | None:
        """Where these blocks are decoded already: an utterance with the first and the last of them in it.

        Its beginning may be missing there: a stream that has just begun has other silence before its first word.
        """
        place = self._places.get((language, _digest(blocks[-1])))
        if place is None:
            return None
        utterance, index = place
        first = max(0, index + 1 - len(blocks))
        own = [_digest(block) for block in blocks[-(index + 1 - first) :]]
        if utterance.digests[first : index + 1] != own or utterance.state is UtteranceState.FAILED:
            return None
        self._by_number.move_to_end(utterance.number)
        return utterance, first, index

    def _branch(self, cursor: Cursor, blocks: list[bytes]) -> None:
        """The stream's audio is no longer that of its utterance: go on in another one."""
        before = cursor.utterance
        place = self._find(blocks, before.language)
        if place is not None and place[0] is not before:
            self._leave(cursor.owner)
            cursor.move(*place)
        else:
            cursor.move(self._create(cursor.owner, blocks, before.language), 0, len(blocks) - 1)
        self._drop_unused(before)

    def _drop_unused(self, utterance: Utterance) -> None:
        if not utterance.users and utterance.is_open:
            self._ask(Request(utterance.number, "drop"))
            self._forget(utterance)

    def _leave(self, owner: object) -> None:
        """Give up the stream's place; an utterance that others still follow passes to one of them with it."""
        if owner not in self._leaders:
            return
        self._leaders.discard(owner)
        for number in [number for number, leader in self._led.items() if leader is owner]:
            users = (user.owner for user in self._by_number[number].users if user.owner is not owner)
            heir = next((user for user in users if user not in self._leaders), None)
            if heir is not None:
                self._leaders.add(heir)
                self._led[number] = heir
                return

    # ------------------------------------------------------------ decodes

    def _create(self, owner: object, blocks: list[bytes], language: str) -> Utterance:
        if any(leader is owner for leader in self._led.values()):
            self._leave(owner)  # others go on with what this stream has led so far
        if owner not in self._leaders:
            if self.full:
                raise PoolFullError
            self._leaders.add(owner)
        utterance = Utterance(self._next_number, language)
        self._next_number += 1
        self._by_number[utterance.number] = utterance
        self._led[utterance.number] = owner
        for block in blocks:
            self._append(utterance, block)
        self._forget_oldest()
        return utterance

    def _append(self, utterance: Utterance, block: bytes) -> None:
        digest = _digest(block)
        utterance.blocks.append(block)
        utterance.digests.append(digest)
        if any(block):  # digital silence is in every recording
            if (utterance.language, digest) not in self._places:
                self._heads[block[:_HEAD_BYTES]] += 1
            self._places[utterance.language, digest] = (utterance, len(utterance.blocks) - 1)
        self.decoded_blocks += 1
        self._ask(Request(utterance.number, "audio", block, language=utterance.language))

    def _ask(self, request: Request) -> None:
        self.warm_up()
        if self._worker is not None:
            self._worker.request(request)

    def _forget_oldest(self) -> None:
        block_count = sum(len(utterance.blocks) for utterance in self._by_number.values())
        for utterance in list(self._by_number.values()):
            if block_count <= _KEPT_BLOCKS:
                return
            if utterance.final is not None and not utterance.users:
                block_count -= len(utterance.blocks)
                self._forget(utterance)

    def _forget(self, utterance: Utterance) -> None:
        self._by_number.pop(utterance.number, None)
        self._led.pop(utterance.number, None)
        for block, digest in zip(utterance.blocks, utterance.digests, strict=True):
            place = self._places.get((utterance.language, digest))
            if place is not None and place[0] is utterance:
                del self._places[utterance.language, digest]
                head = block[:_HEAD_BYTES]
                self._heads[head] -= 1
                if not self._heads[head]:
                    del self._heads[head]

    def _take_answer(self, answer: DecodeResult) -> None:
        utterance = self._by_number.get(answer.utterance)
        if utterance is not None:
            utterance.take(answer.covered_blocks, answer.words, final=answer.final)

    def _fail_all(self, worker: DecodeWorker) -> None:
        """The process has ended: streams that wait for it fail, and the next utterance starts another one."""
        if worker is self._worker:
            self._worker = self._task = None
        self._leaders.clear()
        for utterance in list(self._by_number.values()):
            if utterance.final is None:
                self._forget(utterance)
                utterance.fail()


def _digest(block: bytes) -> bytes:
    return hashlib.blake2b(block, digest_size=16).digest()
