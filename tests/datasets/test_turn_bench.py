"""Conversations of TurnBench, as folders and as rows."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.datasets.marks import MarksError
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.datasets.turn_bench import Annotation, agreed, is_turn_bench, parse_srt


def turn(start_s: float, end_s: float, label: str = "[Turn]", text: str = "yes") -> Annotation:
    return Annotation(start_s=start_s, end_s=end_s, label=label, text=text)


TRACKS = [
    [turn(0.50, 2.00), turn(3.00, 4.00), turn(5.0, 5.5, "[Backchannel]")],
    [turn(0.55, 2.10), turn(3.00, 4.30)],
    [turn(0.60, 2.15), turn(3.10, 4.10)],
]


def test_a_turn_counts_where_all_agree_and_the_rest_is_ignored() -> None:
    turns, ignore = agreed(TRACKS)
    assert turns == [SpokenTurn(text="yes", start_s=0.55, end_s=2.10)]
    assert ignore == [Span(start_s=3.0, end_s=4.0), Span(start_s=3.0, end_s=4.3), Span(start_s=3.1, end_s=4.1)]


def test_turns_agree_only_in_start_and_end() -> None:
    for other in (turn(1.3, 2.0), turn(1.0, 2.3)):
        assert agreed([[turn(1.0, 2.0)], [other]])[0] == []


def srt(track: list[Annotation]) -> str:
    def time(value: float) -> str:
        return f"00:{int(value) // 60:02d}:{int(value) % 60:02d},{round(value % 1 * 1000):03d}"

    return "\n\n".join(
        f"{number}\n{time(each.start_s)} --> {time(each.end_s)}\n{each.label} {each.text}"
        for number, each in enumerate(track, 1)
    )


def test_a_folder_of_conversations(tmp_path: Path) -> None:
    folder = tmp_path / "20"
    folder.mkdir()
    for speaker in (1, 2):
        soundfile.write(folder / f"speaker_{speaker}_audio.wav", np.zeros(16_000), 16_000)
        for name, track in zip("abc", TRACKS, strict=True):
            (folder / f"speaker_{speaker}_annotation_{name}.srt").write_text(srt(track))
    data_set = read_data_set(tmp_path)
    assert (data_set.format, data_set.bad) == ("TurnBench", ())
    assert [(clip.conversation, clip.speaker) for clip in data_set.clips] == [("20", "speaker 1"), ("20", "speaker 2")]
    assert data_set.clips[0].turns == (SpokenTurn(text="yes", start_s=0.55, end_s=2.10),)


def test_rows_of_the_published_columns(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "one.flac", np.zeros(16_000), 16_000)
    tracks = {
        f"speaker_{speaker}_annotation_{name}": [
            {"start_s": each.start_s, "end_s": each.end_s, "label": each.label, "text": each.text} for each in track
        ]
        for speaker in (1, 2)
        for name, track in zip("abc", TRACKS, strict=True)
    }
    row = {"conversation_id": "20", "speaker_1_audio": {"path": "one.flac"}, "speaker_2_audio": "one.flac", **tracks}
    path = tmp_path / "rows.jsonl"
    path.write_bytes(msgspec.json.encode(row) + b'\n{"conversation_id":1}\n')
    data_set = read_data_set(path)
    assert len(data_set.clips) == 2
    assert len(data_set.clips[1].ignore) == 3
    assert data_set.bad[0].why == "The column 'speaker_1_audio' is missing."


def test_cues_without_times_are_refused() -> None:
    assert parse_srt("1\n00:00:01.500 --> 00:01:02.000\n[turn] a\nb") == [turn(1.5, 62.0, "turn", "a b")]
    assert parse_srt("1\n00:00:01,5 --> 00:00:02,0\nplain")[0].label == ""
    with pytest.raises(MarksError, match="has no times"):
        parse_srt("1\nnothing")


def test_the_layout_is_seen_by_its_first_row() -> None:
    assert is_turn_bench('{"speaker_1_annotation_a":[]}')
    assert not is_turn_bench('{"text":"x"}')
