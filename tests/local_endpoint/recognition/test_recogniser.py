"""A whole stream from audio to turns with the real model: speech, the same with noise, and sounds without speech."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.evaluation.accuracy.word_errors import word_errors
from flux_desktop.local_endpoint.recognition.decode_protocol import Request
from flux_desktop.local_endpoint.recognition.decode_worker_handle import DecodeWorker
from flux_desktop.local_endpoint.recognition.recogniser import Recogniser
from flux_desktop.local_endpoint.recognition.turn_taking import FRAME_S, SpokenWord
from flux_desktop.local_endpoint.recognition.whisper.model import WhisperModel
from tests.local_endpoint.recognition.offline import InlinePool, recognise
from tests.local_endpoint.recognition.sounds import SOUNDS

TEXT = "Had he married a more amiable woman, he might have been made still more respectable than he was."


@pytest.fixture(scope="module")
def turn(sample_pcm: bytes) -> np.ndarray:
    """The sample's fourth turn and a bit of what is around it."""
    samples = np.frombuffer(sample_pcm, "<i2").astype(np.float32) / 32_768
    return samples[int(17.6 * 16_000) : int(24.6 * 16_000)]


def test_speech_becomes_one_turn_with_its_text(whisper: WhisperModel, turn: np.ndarray) -> None:
    outcome = recognise(whisper, turn)
    events = [step.event.value for step in outcome.steps if step.event.value != "Update"]
    assert events == ["StartOfTurn", "EndOfTurn"]
    assert word_errors(TEXT, outcome.transcript()).rate_percent == 0
    ended = next(step for step in outcome.steps if step.event.value == "EndOfTurn")
    assert ended.words[-1].end_s < ended.window_end_s - 0.2
    for step in outcome.steps:
        assert all(word.end_s <= step.window_end_s + 1e-6 for word in step.words)


@pytest.mark.parametrize("kind", SOUNDS)
def test_sounds_without_speech_give_no_text(whisper: WhisperModel, kind: str) -> None:
    """A short version of what ``tests/bench/recognition_accuracy.py`` does for 60 s each."""
    outcome = recognise(whisper, SOUNDS[kind](4))
    assert [step.transcript for step in outcome.steps if step.transcript] == []


def test_words_without_length_do_not_come_again_after_their_turn() -> None:
    """The model sometimes aligns the last words to one instant; they made a turn of each frame that followed."""
    stream = Recogniser("linear16", 16_000, (), None)
    (frame,) = stream.feed(bytes(2560))
    words = (SpokenWord("to", 0.07, 0.07, 0.5), SpokenWord("be", 0.07, 0.07, 0.5))
    assert stream.words(frame._replace(scripted=words)) == words
    stream.forget(words[-1].end_s)
    assert stream.last_words == ()
    (frame,) = stream.feed(bytes(2560))
    assert stream.words(frame) == ()


def test_audio_that_nothing_listens_to_is_counted_alike_in_whole_frames_and_in_pieces() -> None:
    frame, whole, pieces = (
        bytes(2560),
        Recogniser("linear16", 16_000, None, None),
        Recogniser("mulaw", 8000, None, None),
    )
    assert [whole.hear_silence(frame) for _ in range(3)] == [0.08, 0.16, 0.24]
    assert pieces.feed(frame[:600]) == []
    assert pieces.hear_silence(frame[:640]) is None, "it ends one frame and begins another"
    assert [audio_frame.end_s for audio_frame in pieces.feed(frame[: 3 * 640 - 600])] == [0.08, 0.16, 0.24]
    assert pieces.hear_silence(frame[:640]) == 0.32
    assert pieces.heard_s == 0.32
    assert Recogniser("linear16", 16_000, (), None).hear_silence(frame) is None, "this one listens"


class Silent(DecodeWorker):
    """Takes requests and never answers."""

    def request(self, request: Request) -> None:
        pass


def test_the_same_audio_is_shared_wherever_it_begins(turn: np.ndarray) -> None:
    """Streams of one recording that started between each other's blocks, then other audio."""
    samples = (turn[: 3 * 16_000] * 32_767).astype("<i2")
    pool = InlinePool(4, make_worker=Silent)
    shift = 500
    first, second = (Recogniser("linear16", 16_000, None, pool) for _ in range(2))
    for stream, audio in ((first, samples), (second, samples[shift:])):
        stream.feed(audio.tobytes())
    decoded = pool.decoded_blocks
    assert decoded <= len(samples) / 1280
    (frame,) = second.feed(samples[:1280].tobytes())  # leaves the shared utterance
    assert pool.decoded_blocks > decoded
    assert frame.cursor is not None
    assert frame.offset_s + (frame.block_index + 1) * FRAME_S <= frame.end_s
    for stream in (first, second):
        stream.close()


def test_a_stream_shorter_than_a_block_can_begin_an_utterance(turn: np.ndarray) -> None:
    pool = InlinePool(4, make_worker=Silent)
    stream = Recogniser("linear16", 16_000, None, pool)
    stream.feed((turn[16_000:17_000] * 0 + 0.5 * np.sign(turn[16_000:17_000])).astype(np.float32).tobytes()[:2000])
    assert all(frame.end_s < 0.08 for frame in stream.finish())
    stream.close()
