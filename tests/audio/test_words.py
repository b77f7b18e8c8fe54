"""The words file beside a recording."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from flux_desktop.audio.words import read_words, reference_transcript
from flux_desktop.base.problem import ProblemError

ENTRY = {
    "file": "talk.wav",
    "text": "Hello Mr. Fox.",
    "words": [
        {"word": "hello", "start_s": 0.2, "end_s": 0.5},
        {"word": "mister", "display": "Mr.", "start_s": 0.5, "end_s": 0.9},
        {"word": "fox", "display": "Fox.", "start_s": 0.95, "end_s": 1.3},
    ],
    "turns": [{"text": "Hello Mr. Fox.", "start_s": 0.2, "end_s": 1.3}],
}


def written(folder: Path, content: object) -> Path:
    path = folder / "talk.words.json"
    path.write_bytes(content if isinstance(content, bytes) else msgspec.json.encode(content))
    return path


def test_words_and_turns(tmp_path: Path) -> None:
    written(tmp_path, [ENTRY])
    script = reference_transcript(tmp_path / "talk.wav")
    assert script is not None
    assert [word.text for word in script.words] == ["hello", "Mr.", "Fox."]
    assert script.words[1].start_s == 0.5
    assert script.turns[0].end_s == 1.3


def test_the_entry_that_names_the_recording_counts(tmp_path: Path) -> None:
    written(tmp_path, [{"file": "other.wav", "text": "x"}, ENTRY])
    script = reference_transcript(tmp_path / "talk.wav")
    assert script is not None
    assert script.file == "talk.wav"
    written(tmp_path, [{"file": "other.wav", "text": "x"}, {"file": "third.wav", "text": "y"}])
    assert reference_transcript(tmp_path / "talk.wav") is None


def test_no_words_file(tmp_path: Path) -> None:
    assert reference_transcript(tmp_path / "talk.wav") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        {"file": "x"},
        [{"text": "no file"}],
        [{"file": "x", "text": "x", "words": [{"word": "late", "start_s": 2, "end_s": 1}]}],
        [{"file": "x", "text": "x", "words": [{"word": "before", "start_s": -1, "end_s": 1}]}],
    ],
)
def test_what_cannot_be_used(tmp_path: Path, content: object) -> None:
    with pytest.raises(ProblemError) as caught:
        read_words(written(tmp_path, content))
    assert caught.value.problem.code == "words_unusable"


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\n", "It is empty."), (b'[{"file": "caf\xe9"}]', "It is not UTF-8: the byte at position 14 ")],
)
def test_the_reason_is_in_words(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_words(written(tmp_path, content))
    assert caught.value.problem.why.startswith(why)


@pytest.mark.parametrize("name", ["talk.words.json", "reference.json"])
def test_a_folder_of_that_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(ProblemError, match="Is a directory"):
        reference_transcript(tmp_path / "talk.wav")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert read_words(written(tmp_path, b"\xef\xbb\xbf[]")) == []


def test_bundled_sample() -> None:
    sample = Path(__file__).parents[2] / "resources" / "sample_audio" / "conversation.wav"
    script = reference_transcript(sample)
    assert script is not None
    assert " ".join(word.text for word in script.words) == script.text
    assert len(script.turns) == 5


def test_a_common_reference_file_counts_where_it_tells_of_the_recording(tmp_path: Path) -> None:
    (tmp_path / "reference.json").write_bytes(msgspec.json.encode([{"file": "other.wav", "text": "x"}, ENTRY]))
    script = reference_transcript(tmp_path / "talk.wav")
    assert script is not None
    assert script.text == "Hello Mr. Fox."
    assert reference_transcript(tmp_path / "unknown.wav") is None
