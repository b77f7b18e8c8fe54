"""Sharing of recognition: which audio is decoded once, however streams start, join, diverge and end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flux_desktop.local_endpoint.recognition.decode_pool import DecodePool, PoolFullError
from flux_desktop.local_endpoint.recognition.decode_protocol import DecodeResult, Request
from flux_desktop.local_endpoint.recognition.decode_worker_handle import DecodeWorker, OnAnswer, OnExit
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord
from flux_desktop.local_endpoint.recognition.utterances import Cursor, UtteranceState
from flux_desktop.speech_models.catalogue import ENGLISH, SpeechModel

BLOCKS = (b"a", b"b", b"c")
ACTIONS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["begin", "feed", "feed", "feed", "pause", "end", "leave"]),
        st.sampled_from(BLOCKS),
    ),
    min_size=25,
    max_size=80,
)


class RecordingWorker(DecodeWorker):
    """Keeps its requests instead of starting a process, and answers with one word for each block."""

    def __init__(self, model: SpeechModel, on_answer: OnAnswer, on_exit: OnExit) -> None:
        super().__init__(model, on_answer, on_exit)
        self.on_answer, self.on_exit = on_answer, on_exit
        self.exited = asyncio.Event()
        self.requests: list[Request] = []

    def request(self, request: Request) -> None:
        self.requests.append(request)

    def answer_all(self) -> None:
        for number in dict.fromkeys(request.utterance for request in self.requests):
            blocks = [r.block for r in self.requests if r.utterance == number and r.kind == "audio"]
            words = tuple(SpokenWord(b.decode(), at * 0.08, at * 0.08 + 0.08, 1.0) for at, b in enumerate(blocks))
            final = any(r.kind == "end" for r in self.requests if r.utterance == number)
            self.on_answer(DecodeResult(number, len(blocks), words, final=final))

    async def run(self) -> None:
        await self.exited.wait()
        self.on_exit(self)


def in_pool(max_decodes: int, test: Callable[[DecodePool, list[RecordingWorker]], None]) -> None:
    workers: list[RecordingWorker] = []

    def make(model: SpeechModel, on_answer: OnAnswer, on_exit: OnExit) -> RecordingWorker:
        workers.append(RecordingWorker(model, on_answer, on_exit))
        return workers[-1]

    async def main() -> None:
        async with DecodePool(max_decodes, ENGLISH, make).running() as pool:
            test(pool, workers)

    asyncio.run(main())


@settings(max_examples=250)
@given(ACTIONS, st.integers(1, 3))
def test_every_stream_follows_its_own_audio_however_streams_share_it(
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
                elif action == "pause" and cursor is not None:
                    pool.pause(cursor, 1)
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
            open_utterances = {place.utterance for place in cursors.values() if place.utterance.is_open}
            assert len(open_utterances) <= pool.running_decodes
            for key, place in cursors.items():
                assert place.own_blocks() == audio[key][-len(place.own_blocks()) :]
                assert place.first == 0 or place.own_blocks()[0] == audio[key][0] or len(audio[key]) > 1
        if workers:
            check_requests(workers[0].requests)
        for key, place in cursors.items():
            pool.drop(place)
            pool.leave(owners[key])
        assert not [utterance for utterance in pool.utterances if utterance.is_open]
        assert pool.running_decodes == 0 or set(owners) - set(cursors)

    in_pool(max_decodes, test)


def check_requests(requests: list[Request]) -> None:
    """Nothing follows the end of an utterance, and a pause or an end has audio before it."""
    over: set[int] = set()
    begun: set[int] = set()
    for request in requests:
        assert request.utterance not in over
        if request.kind == "audio":
            begun.add(request.utterance)
        else:
            assert request.utterance in begun
        if request.kind in ("end", "drop"):
            over.add(request.utterance)


def test_a_stream_that_comes_later_finds_everything_decoded() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        first, second = object(), object()
        leader = pool.begin(first, [b"x", b"y"])
        pool.feed(leader, b"z")
        assert pool.end(leader)
        pool.drop(leader)
        workers[0].answer_all()
        workers[0].requests.clear()
        follower = pool.begin(second, [b"x", b"y"])
        pool.feed(follower, b"z")
        assert pool.end(follower)
        assert [w.text for w in follower.utterance.final or ()] == ["x", "y", "z"]
        assert (workers[0].requests, pool.running_decodes, len(workers)) == ([], 1, 1)
        pool.leave(first)
        assert (pool.running_decodes, pool.full) == (0, False)

    in_pool(1, test)


def test_a_stream_that_starts_in_the_middle_joins_the_decode_under_way() -> None:
    """As when a second batch opens 2 s after the first on the same live audio: it brings no beginning."""

    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        leader = pool.begin(object(), [b"1", b"2", b"3"])
        pool.feed(leader, b"4")
        late = pool.begin(object(), [b"3", b"4"])
        assert (late.utterance, late.first, late.index) == (leader.utterance, 2, 3)
        for block in (b"5", b"6"):
            pool.feed(leader, block)
            pool.feed(late, block)
        assert pool.end(leader, 4)
        assert pool.end(late, 2)
        assert [r.block for r in workers[0].requests if r.kind == "audio"] == [b"1", b"2", b"3", b"4", b"5", b"6"]
        assert [(r.kind, r.speech_blocks) for r in workers[0].requests[6:]] == [("end", 4)]
        assert pool.running_decodes == 1

    in_pool(1, test)


def test_a_stream_that_diverges_is_decoded_from_its_own_beginning() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        leader = pool.begin(object(), [b"1", b"2", b"3"])
        other = pool.begin(object(), [b"2", b"3"])
        pool.feed(leader, b"4")
        pool.feed(other, b"9")
        assert other.utterance is not leader.utterance
        assert other.own_blocks() == [b"2", b"3", b"9"]
        assert (other.first, pool.running_decodes) == (0, 2)

    in_pool(2, test)


def test_languages_are_not_mixed() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        english = pool.begin(object(), [b"x"], "en")
        german = pool.begin(object(), [b"x"], "de")
        assert english.utterance is not german.utterance
        assert [request.language for request in workers[0].requests] == ["en", "de"]

    in_pool(2, test)


def test_digital_silence_makes_no_recordings_equal() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        pool.begin(object(), [b"x", bytes(4)])
        assert pool.begin(object(), [b"y", bytes(4)]).first == 0
        assert pool.running_decodes == 2

    in_pool(2, test)


def test_one_more_recording_than_places_is_refused() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        pool.begin(object(), [b"x"])
        pool.begin(object(), [b"x"])
        assert pool.full
        with pytest.raises(PoolFullError):
            pool.begin(object(), [b"y"])
        assert len(workers) == 1

    in_pool(1, test)


def test_an_utterance_that_nobody_follows_is_not_decoded_further() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        cursor = pool.begin(object(), [b"x"])
        pool.drop(cursor)
        assert [request.kind for request in workers[0].requests] == ["audio", "drop"]
        assert pool.utterances == []

    in_pool(1, test)


def test_a_pause_is_decoded_once_however_many_streams_notice_it() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        cursors = [pool.begin(object(), [b"x", b"y"]) for _ in range(3)]
        for cursor in cursors:
            pool.pause(cursor, 1)
        assert [request.kind for request in workers[0].requests] == ["audio", "audio", "pause"]

    in_pool(1, test)


def test_the_process_is_started_when_it_is_first_needed() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        assert (workers, pool.processes) == ([], 0)
        pool.warm_up()
        pool.begin(object(), [b"x"])
        assert (len(workers), pool.processes) == (1, 1)

    in_pool(1, test)


def test_a_process_that_exits_fails_its_utterances_and_frees_their_places() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        cursor = pool.begin(object(), [b"x"])
        states: list[UtteranceState] = []
        cursor.utterance.when_decoded(lambda: states.append(cursor.utterance.state))
        workers[0].exited.set()
        workers[0].on_exit(workers[0])
        assert (states, pool.running_decodes, pool.processes) == ([UtteranceState.FAILED], 0, 0)
        assert pool.begin(object(), [b"x"]).utterance is not cursor.utterance
        assert len(workers) == 2

    in_pool(1, test)


def test_audio_is_found_wherever_its_blocks_begin() -> None:
    def test(pool: DecodePool, workers: list[RecordingWorker]) -> None:
        audio, size = random.Random(1).randbytes(20 * 64), 64
        cursor = pool.begin(object(), [audio[:size]])
        for at in range(size, 10 * size, size):
            pool.feed(cursor, audio[at : at + size])
        assert pool.lag_bytes(audio[3 * size : 8 * size], size) == 0
        assert pool.lag_bytes(audio[3 * size + 10 : 8 * size + 10], size) == 10
        assert pool.lag_bytes(audio[3 * size + 11 : 8 * size + 11], size) == 0, "it begins inside a sample"
        assert pool.lag_bytes(audio[12 * size :], size) == 0, "nobody has brought it yet"
        assert pool.lag_bytes(audio[3 * size + 10 : 8 * size + 10], size, "de") == 0
        pool.drop(cursor)
        assert pool.lag_bytes(audio[3 * size + 10 : 8 * size + 10], size) == 0, "it is forgotten"
        assert pool._heads == {}

    in_pool(2, test)
