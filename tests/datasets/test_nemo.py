"""NeMo manifests, read and written."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.clip import Clip, Span
from flux_desktop.datasets.nemo import manifest, read_manifest

TEXTS = st.text(max_size=20)
TIMES = st.floats(0, 1e5)
SPANS = st.builds(Span, start_s=TIMES, end_s=TIMES)
CLIPS = st.builds(
    Clip,
    path=st.sampled_from([Path("a.wav"), Path("deep/ü.flac"), Path("/elsewhere/b.wav")]),
    offset_s=TIMES,
    duration_s=st.none() | TIMES,
    text=st.none() | TEXTS,
    words=st.lists(st.builds(ReferenceWord, word=TEXTS, start_s=TIMES, end_s=TIMES), max_size=2).map(tuple),
    turns=st.lists(st.builds(SpokenTurn, text=TEXTS, start_s=TIMES, end_s=TIMES), max_size=2).map(tuple),
    holds=st.lists(SPANS, max_size=2).map(tuple),
    ignore=st.lists(SPANS, max_size=2).map(tuple),
    channel=st.sampled_from([None, "left", "right", "mix"]),
    language=st.sampled_from([None, "en", "hi"]),
    keyterms=st.lists(TEXTS, max_size=2).map(tuple),
    speaker=st.none() | TEXTS,
    conversation=st.none() | TEXTS,
    sha256=st.none() | TEXTS,
)


def test_keys_that_are_not_used_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    row = '"audio_filepath":"a.wav","offset":1,"duration":2,"lang":"en","speaker":3'
    path.write_text(f'{{{row},"tekst":"x"}}\n{{{row},"tekst":"y","text":"z","pred_text":"z"}}\n{{"broken":1}}\n')
    assert read_manifest(path).unused == {"tekst": 2, "pred_text": 1}


@given(clips=st.lists(CLIPS, max_size=3))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, clips: list[Clip]) -> None:
    folder = tmp_path_factory.getbasetemp()
    clips = [msgspec.structs.replace(clip, path=folder / clip.path) for clip in clips]
    text = manifest(clips, folder)
    (folder / "manifest.jsonl").write_text(text, "utf-8")
    assert read_manifest(folder / "manifest.jsonl").clips == tuple(clips)
    assert str(folder) not in text


def test_nemo_s_own_fields_and_ends_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"audio_filepath": "a.wav", "duration": 1.5, "text": "hi \xe2\x80\xa8 there",'
        b' "lang": "de", "x": 1}\r\n\r\n'
    )
    (clip,) = read_manifest(path).clips
    assert (clip.path, clip.duration_s, clip.text, clip.language) == (tmp_path / "a.wav", 1.5, "hi \u2028 there", "de")


def test_a_line_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(
        '{"audio_filepath": "a.wav"}\nnot json\n{"text": "no file"}\n{"audio_filepath": "b.wav", "channel": "up"}\n'
    )
    data_set = read_manifest(path)
    assert len(data_set.clips) == 1
    assert [entry.where for entry in data_set.bad] == ["line 2", "line 3", "line 4"]
    assert "audio_filepath" in data_set.bad[1].why


def test_ten_thousand_rows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    turns = '"turns":[{"text":"x","start_s":0,"end_s":1}]'
    row = f'{{"audio_filepath":"a.wav","duration":3.2,"text":"some words that were said",{turns}}}\n'
    path.write_text(row * 10_000)
    began_s = time.process_time()
    assert len(read_manifest(path).clips) == 10_000
    print(f"{time.process_time() - began_s:.2f} s of CPU")
