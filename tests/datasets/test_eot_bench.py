"""Rows of eot-bench, as its README describes them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import soundfile

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.datasets.eot_bench import is_eot_bench, read_eot_bench
from flux_desktop.datasets.reader import read_data_set

ROW = {
    "id": "en-0001",
    "language": "en",
    "audio": {"path": "en-0001.wav"},
    "silence_spans": [
        {"start": 0.0, "end": 0.4},
        {"start": 1.1, "end": 1.15},
        {"start": 1.5, "end": 2.3},
        {"start": 3.0, "end": 6.0},
    ],
    "words": [
        {"word": "I'd", "start": 0.4, "end": 0.6},
        {"word": "like", "start": 0.6, "end": 1.5},
        {"word": "two", "start": 2.3, "end": 3.0},
    ],
    "messages": [{"role": "assistant", "content": "How many?"}],
}


def written(tmp_path: Path, *rows: dict[str, object]) -> Path:
    soundfile.write(tmp_path / "en-0001.wav", np.zeros(16_000 * 6), 16_000)
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join(msgspec.json.encode(row) for row in rows))
    return path


def test_the_last_silence_is_the_end_and_the_earlier_ones_are_holds(tmp_path: Path) -> None:
    data_set = read_data_set(written(tmp_path, ROW))
    assert (data_set.format, data_set.bad) == ("eot-bench", ())
    (clip,) = data_set.clips
    assert clip.turns == (SpokenTurn(text="I'd like two", start_s=0.4, end_s=3.0),)
    assert clip.holds == (Span(start_s=1.5, end_s=2.3),), "0.05 s is too short, and what precedes the turn is no hold"
    assert (clip.text, clip.language, clip.conversation) == ("I'd like two", "en", "en-0001")
    assert clip.words[1] == ReferenceWord(word="like", start_s=0.6, end_s=1.5)


def test_without_words_the_turn_begins_with_the_sound(tmp_path: Path) -> None:
    row = {key: value for key, value in ROW.items() if key not in {"words", "messages"}} | {"audio": "en-0001.wav"}
    (clip,) = read_eot_bench(written(tmp_path, row)).clips
    assert (clip.turns[0].start_s, clip.turns[0].end_s, clip.text) == (0.4, 3.0, None)


def test_rows_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    without = ROW | {"silence_spans": []}
    backwards = ROW | {"silence_spans": [{"start": 0.1, "end": 0.3}]}
    data_set = read_eot_bench(written(tmp_path, ROW, without, backwards, {"silence_spans": []}))
    assert [entry.where for entry in data_set.bad] == ["line 2", "line 3", "line 4"]
    assert data_set.bad[0].why == "It has no silence that ends the turn."


def test_the_layout_is_seen_by_its_first_row() -> None:
    assert is_eot_bench('{"id":"a","silence_spans":[]}')
    assert not is_eot_bench('{"audio_filepath":"a.wav"}\n{"silence_spans":[]}')
