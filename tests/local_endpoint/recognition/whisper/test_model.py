"""The real model on the bundled recording: text, word times, batches, silence."""

from __future__ import annotations

import json

import numpy as np
import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.local_endpoint.recognition.whisper.model import FULL_WINDOW_S, WhisperModel, Window, _token_starts
from tests.local_endpoint.recognition.sounds import RATE_HZ, Sound, silence

LAST_TURN = "He might even have been made amiable himself."


@pytest.fixture(scope="module")
def turns(sample_pcm: bytes) -> list[Sound]:
    """The audio of the sample's turns, each with half a second of what is around it."""
    (entry,) = json.loads(resource_path("sample_audio/conversation.words.json").read_text("utf-8"))
    samples = np.frombuffer(sample_pcm, "<i2").astype(np.float32) / 32_768
    return [
        samples[int(max(0.0, turn["start_s"] - 0.5) * RATE_HZ) : int((turn["end_s"] + 0.5) * RATE_HZ)]
        for turn in entry["turns"]
    ]


def test_a_turn_is_transcribed_with_the_times_of_its_words(whisper: WhisperModel, turns: list[Sound]) -> None:
    (decoded,) = whisper.decode([Window(turns[-1], FULL_WINDOW_S)])
    assert (decoded.rejected, " ".join(word.text for word in decoded.words)) == (None, LAST_TURN)
    (entry,) = json.loads(resource_path("sample_audio/conversation.words.json").read_text("utf-8"))
    first_s = entry["turns"][-1]["start_s"] - 0.5
    aligned = [word for word in entry["words"] if word["start_s"] >= first_s]
    for word, reference in zip(decoded.words, aligned, strict=True):
        # The last word is aligned to the end of the audio; the decode process cuts it at the end of the speech.
        tolerance_s = 0.6 if word is decoded.words[-1] else 0.3
        assert word.end_s == pytest.approx(reference["end_s"] - first_s, abs=tolerance_s)
        assert word.start_s < word.end_s
        assert 0.3 < word.confidence <= 1
    assert [word.start_s for word in decoded.words] == sorted(word.start_s for word in decoded.words)


def test_a_batch_gives_what_single_decodes_give(whisper: WhisperModel, turns: list[Sound]) -> None:
    windows = [Window(turn[: 3 * RATE_HZ], 5.0) for turn in turns[:3]]
    together = whisper.decode(windows)
    alone = [whisper.decode([window])[0] for window in windows]
    assert [[w.text for w in each.words] for each in together] == [[w.text for w in each.words] for each in alone]


def test_silence_has_no_words(whisper: WhisperModel) -> None:
    (decoded,) = whisper.decode([Window(silence(5), FULL_WINDOW_S)])
    assert (decoded.words, decoded.rejected) == ((), "no speech")


def test_tokens_without_a_frame_begin_with_the_next_one() -> None:
    assert _token_starts([(0, 5), (0, 6), (2, 10), (3, 20)], 3) == [0.1, 0.2, 0.2, 0.4]
    assert _token_starts([(0, 5), (1, 10)], 2) == [0.1, 0.2, 0.2]
    assert _token_starts([], 1) == [0.0, 0.0]
