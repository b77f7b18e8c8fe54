"""Sharing of recognition: whoever comes, goes, forks or ends, a process hears one utterance at a time and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flux_desktop.local_endpoint.recognition.decode_pool import DecodePool, PoolFullError
from flux_desktop.local_endpoint.recognition.decode_worker_handle import DecodeWorker, OnAnswer, OnDeath
from flux_desktop.local_endpoint.recognition.utterances import Cursor

BLOCKS = (b"a", b"b")
ACTIONS = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["begin", "feed", "feed", "feed", "end", "leave"]), st.sampled_from(BLOCKS)
    ),
    min_size=25,
    max_size=80,
)


class RecordingWorker(DecodeWorker):
    """Notes its requests in place of a process, and answers each with as many words as blocks it heard."""

    def __init__(self, on_answer: OnAnswer, on_death: OnDeath) -> None:
        super().__init__(on_answer, on_death)
        self.on_answer, self.on_death = on_answer, on_death
        self.died = asyncio.Event()
        self.requests: list[tuple[int, bytes | None]] = []

    def request(self, utterance: int, block: bytes | None) -> None:
        self.requests.append((utterance, block))

    def answer_all(self) -> None:
        heard: list[bytes] = []
        for number, requests in groupby(self.requests, key=lambda request: request[0]):
            heard = []
            for _, block in requests:
                heard += [block] if block is not None else []
                words = [(letter.decode(), float(at), at + 1.0, 1.0) for at, letter in enumerate(heard)]
                self.on_answer(number, len(heard), words, block is None)
        self.requests.clear()

    async def run(self) -> None:
        await self.died.wait()
        self.on_death(self)


def in_pool(max_decodes: int, test: Callable[[DecodePool, list[RecordingWorker]], None]) -> None:
    workers: list[RecordingWorker] = []

    def make(on_answer: OnAnswer, on_death: OnDeath) -> RecordingWorker:
        workers.append(RecordingWorker(on_answer, on_death))
        return workers[-1]

    async def main() -> None:
        async with DecodePool(max_decodes, make).running() as pool:
            test(pool, workers)

    asyncio.run(main())


@settings(max_examples=250)
@given(ACTIONS, st.integers(1, 3))
def test_any_comings_and_goings_keep_every_process_on_one_utterance(
    actions: list[tuple[int, str, bytes]], max_decodes: int
) -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        owners: dict[int, object] = {}
        cursors: dict[int, Cursor] = {}
        audio: dict[int, list[bytes]] = {}
        for number, action, block in actions:
            owner = owners.setdefault(number, object())
            cursor = cursors.get(number)
            try:
                if action == "begin" and cursor is None:
                    cursors[number] = pool.begin(owner, [block])
                    audio[number] = [block]
                elif action == "feed" and cursor is not None:
                    pool.feed(cursor, block)
                    audio[number].append(block)
            except PoolFullError:
                action = "leave"
            if action == "end" and cursor is not None:
                pool.end(cursor)
                pool.drop(cursors.pop(number))
            elif action == "leave":
                if number in cursors:
                    pool.drop(cursors.pop(number))
                pool.leave(owners.pop(number))
            assert pool.running_decodes <= max_decodes
            being_decoded = {place.utterance for place in cursors.values() if not place.utterance.ended}
            assert len(being_decoded) <= pool.running_decodes
            for key, place in cursors.items():
                # What a stream follows is its own audio, whoever brought it first.
                assert place.utterance.blocks[: place.index + 1] == audio[key]
        check_requests(workers)
        for worker in workers:
            worker.answer_all()
        for key, place in cursors.items():
            words = place.utterance.words_at(place.index)
            assert words is not None
            assert [w.text.encode() for w in words][: len(audio[key])] == audio[key]
        for key, place in cursors.items():
            pool.drop(place)
            pool.leave(owners[key])
        assert not [u for u in pool.utterances if not u.ended]

    in_pool(max_decodes, test)


def check_requests(workers: list[RecordingWorker]) -> None:
    """Each process hears whole utterances, one after the other; only its last may be open."""
    seen: set[int] = set()
    for worker in workers:
        runs = [(number, list(requests)) for number, requests in groupby(worker.requests, key=lambda r: r[0])]
        for place, (number, requests) in enumerate(runs):
            assert number not in seen, "an utterance was taken up again"
            seen.add(number)
            blocks = [block for _, block in requests]
            assert None not in blocks[:-1]
            assert blocks[-1] is None or place == len(runs) - 1


def test_a_stream_that_comes_later_finds_everything_decoded() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        first, second = object(), object()
        leader = pool.begin(first, [b"x", b"y"])
        pool.feed(leader, b"z")
        assert pool.end(leader)
        pool.drop(leader)
        workers[0].answer_all()
        follower = pool.begin(second, [b"x", b"y"])
        pool.feed(follower, b"z")
        assert pool.end(follower)
        assert [w.text for w in follower.utterance.final or ()] == ["x", "y", "z"]
        assert (workers[0].requests, pool.running_decodes, len(workers)) == ([], 1, 1)
        pool.leave(first)
        assert (pool.running_decodes, pool.full) == (0, False)

    in_pool(1, test)


def test_one_more_recording_than_decodes_is_refused() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        pool.begin(object(), [b"x"])
        pool.begin(object(), [b"x"])
        assert pool.full
        with pytest.raises(PoolFullError):
            pool.begin(object(), [b"y"])
        assert len(workers) == 1

    in_pool(1, test)


def test_a_process_that_dies_fails_its_utterances_and_frees_its_place() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        cursor = pool.begin(object(), [b"x"])
        told: list[bool] = []
        cursor.utterance.when_heard(lambda: told.append(cursor.utterance.failed))
        workers[0].died.set()
        workers[0].on_death(workers[0])
        assert (told, pool.running_decodes) == ([True], 0)
        assert pool.begin(object(), [b"x"]).utterance is not cursor.utterance

    in_pool(1, test)
