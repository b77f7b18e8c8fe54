"""The bundled sample: its sound and its words belong together. And the alignment that its maker does."""

from __future__ import annotations

import importlib.util
import json
import wave
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "resources/sample_audio"
SAMPLE_RATE_HZ = 16_000


@pytest.fixture(scope="module")
def samples() -> NDArray[np.float64]:
    with wave.open(str(SAMPLE / "conversation.wav")) as recording:
        assert (recording.getnchannels(), recording.getsampwidth()) == (1, 2)
        assert recording.getframerate() == SAMPLE_RATE_HZ
        frames = recording.readframes(recording.getnframes())
    return np.frombuffer(frames, "<i2").astype(np.float64) / 32768


@pytest.fixture(scope="module")
def entry() -> dict[str, Any]:
    entries: list[dict[str, Any]] = json.loads((SAMPLE / "conversation.words.json").read_text("utf-8"))
    assert len(entries) == 1
    return entries[0]


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample", ROOT / "packaging/content/make_sample.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def level_db(samples: NDArray[np.float64], start_s: float, end_s: float) -> float:
    part = samples[round(start_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)]
    return float(10 * np.log10(np.mean(np.square(part)) + 1e-12))


def quiet_spans(entry: dict[str, Any], duration_s: float) -> list[tuple[float, float]]:
    edges = [0.0, *[turn[side] for turn in entry["turns"] for side in ("start_s", "end_s")], duration_s]
    return list(zip(edges[::2], edges[1::2], strict=True))


def test_it_lasts_half_a_minute(samples: NDArray[np.float64]) -> None:
    assert 28 < len(samples) / SAMPLE_RATE_HZ < 31


def test_words_follow_each_other(entry: dict[str, Any], samples: NDArray[np.float64]) -> None:
    assert entry["file"] == "conversation.wav"
    for word in entry["words"]:
        assert word["start_s"] < word["end_s"] <= len(samples) / SAMPLE_RATE_HZ
        assert word["word"] == word["word"].lower().strip(".,:;")
    for earlier, later in pairwise(entry["words"]):
        assert earlier["end_s"] <= later["start_s"]


def test_displays_joined_are_the_text(entry: dict[str, Any]) -> None:
    assert " ".join(word["display"] for word in entry["words"]) == entry["text"]
    assert " ".join(turn["text"] for turn in entry["turns"]) == entry["text"]
    assert all(turn["text"][0].isupper() and turn["text"].endswith(".") for turn in entry["turns"])


def test_turns_are_the_words_between_pauses(entry: dict[str, Any]) -> None:
    assert len(entry["turns"]) == 5
    for turn in entry["turns"]:
        inside = [word for word in entry["words"] if turn["start_s"] <= word["start_s"] < turn["end_s"]]
        assert " ".join(word["display"] for word in inside) == turn["text"]
        assert (inside[0]["start_s"], inside[-1]["end_s"]) == (turn["start_s"], turn["end_s"])


def test_pauses_are_long_enough_to_end_a_turn(entry: dict[str, Any], samples: NDArray[np.float64]) -> None:
    lead, *pauses, tail = (end_s - start_s for start_s, end_s in quiet_spans(entry, len(samples) / SAMPLE_RATE_HZ))
    assert lead == pytest.approx(0.4, abs=0.01)
    assert tail == pytest.approx(0.8, abs=0.01)
    assert all(1.15 < pause_s < 1.65 for pause_s in pauses)


def test_words_are_loud_and_pauses_quiet(entry: dict[str, Any], samples: NDArray[np.float64]) -> None:
    spoken = [level_db(samples, word["start_s"], word["end_s"]) for word in entry["words"]]
    quiet = [
        # Behind a word its echo still sounds.
        level_db(samples, start_s + 0.1, end_s)
        for start_s, end_s in quiet_spans(entry, len(samples) / SAMPLE_RATE_HZ)
    ]
    # A sentence that is not where the words file has it would put quiet into a word or a word into a pause.
    assert min(spoken) > max(quiet) + 6
    assert np.median(spoken) > np.median(quiet) + 18


def test_pauses_are_room_noise_not_digital_silence(samples: NDArray[np.float64]) -> None:
    zeros = np.convolve(samples == 0, np.ones(16), "valid")
    assert zeros.max() < 16, "1 ms of digital silence"
    assert np.abs(samples).max() < 0.95


def test_alignment_gives_each_token_its_words(maker: ModuleType) -> None:
    aligner_words = ["mister", "dashwood", "was", "a", "ill", "disposed"]
    words = [{"word": word, "start_s": float(n), "end_s": n + 0.5} for n, word in enumerate(aligner_words)]
    aligned = maker.align("Mr. Dashwood was ill-disposed.", words)
    assert [(word["word"], word["display"]) for word in aligned] == [
        ("mister", "Mr."),
        ("dashwood", "Dashwood"),
        ("was", "was"),
        ("ill-disposed", "ill-disposed."),
    ]
    # The word that the text has not is part of the next one; a pair begins with its first and ends with its second.
    assert (aligned[-1]["start_s"], aligned[-1]["end_s"]) == (3.0, 5.5)


@pytest.mark.parametrize("text", ["Dashwood was ill.", "Was Dashwood", "was"])
def test_alignment_refuses_words_of_another_text(maker: ModuleType, text: str) -> None:
    words = [{"word": word, "start_s": 0.0, "end_s": 1.0} for word in ("was", "ill")]
    with pytest.raises(ValueError, match=r"words do not hold|ends before"):
        maker.align(text, words)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("unless to be so.", "Unless to be so."),
        ("He was a man,", "He was a man."),
        ("than he was:", "Than he was."),
    ],
)
def test_a_clause_becomes_a_sentence(maker: ModuleType, text: str, sentence: str) -> None:
    assert maker.sentence_of(text) == sentence
