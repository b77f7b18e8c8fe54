"""CSV and TSV tables."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.datasets.table import parse_columns, read_table
from tests.datasets.audio_files import recordings


def table(folder: Path, text: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("heading", ["path,sentence", "File,Transcript", "audio,text", "filename,reference"])
def test_headings_are_guessed(tmp_path: Path, heading: str) -> None:
    (clip,) = read_table(table(tmp_path, f'{heading}\na.wav,"Hello, you."\n')).clips
    assert (clip.path, clip.text) == (tmp_path / "a.wav", "Hello, you.")


def test_semicolons_byte_order_mark_and_crlf(tmp_path: Path) -> None:
    (clip,) = read_table(table(tmp_path, "\ufefffile;text;lang\r\na.wav;Hi, you;de\r\n\r\n")).clips
    assert (clip.text, clip.language) == ("Hi, you", "de")


def test_common_voice(tmp_path: Path) -> None:
    recordings(tmp_path, "clips/common_voice_1.mp3")
    text = (
        "client_id\tpath\tsentence\tlocale\n"
        'abc\tcommon_voice_1.mp3\t"Quoted" and "open\ten\n'
        "abc\tcommon_voice_1\tb\u2028c\ten\n"
    )
    first, second = read_table(table(tmp_path, text, "validated.tsv")).clips
    assert first.path == second.path == tmp_path / "clips" / "common_voice_1.mp3"
    assert second.text == "b\u2028c"
    assert (first.text, first.speaker, first.language) == ('"Quoted" and "open', "abc", "en")


def test_an_ambiguous_heading_is_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path, "file,text,sentence\na.wav,raw,clean\n")
    with pytest.raises(ProblemError) as caught:
        read_table(path)
    assert "text and sentence" in caught.value.problem.why
    assert "--columns text=text" in caught.value.problem.todo
    assert read_table(path, parse_columns("text=sentence")).clips[0].text == "clean"


@pytest.mark.parametrize(
    ("text", "columns", "why"),
    [
        ("a,b\n1,2\n", {}, "headings are: a, b"),
        ("file,text\na.wav,x\n", {"text": "words"}, "no column “words”"),
        ("", {}, "empty"),
    ],
)
def test_tables_without_audio(tmp_path: Path, text: str, columns: dict[str, str], why: str) -> None:
    with pytest.raises(ProblemError, match=why):
        read_table(table(tmp_path, text), columns)


def test_a_row_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    data_set = read_table(table(tmp_path, "file,text,duration\na.wav,x,1.5\n,y,2\nb.wav,z,long\n"))
    assert [clip.duration_s for clip in data_set.clips] == [1.5]
    assert [entry.where for entry in data_set.bad] == ["line 3", "line 4"]


def test_a_text_that_is_cut_at_an_unquoted_comma_is_no_reference(tmp_path: Path) -> None:
    data_set = read_table(table(tmp_path, "file,text\na.wav,well, yes\nb.wav,no,,\nc.wav\n"))
    assert [(clip.path.name, clip.text) for clip in data_set.clips] == [("b.wav", "no"), ("c.wav", None)]
    assert [entry.where for entry in data_set.bad] == ["line 2"]
    assert "Put a text with “,” in quotation marks." in data_set.bad[0].why
    (entry,) = read_table(table(tmp_path, "file\ttext\na.wav\twell\tyes\n", "t.tsv")).bad
    assert entry.why.endswith("Replace tabs in its text.")


def test_a_quotation_mark_that_is_not_closed_swallows_no_clips(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="Line 3: a quotation mark is not closed"):
        read_table(table(tmp_path, 'file,text\na.wav,one\nb.wav,"two\nc.wav,three\n'))
    (first, second) = read_table(table(tmp_path, 'file,text\na.wav,"two\nlines"\nb.wav,x\n')).clips
    assert (first.text, second.text) == ("two\nlines", "x")


def test_quotation_marks_around_cells_between_tabs_are_explained(tmp_path: Path) -> None:
    (entry,) = read_table(table(tmp_path, 'file\ttext\n"a.wav"\t"x"\nb.wav\ty\n', "t.tsv")).bad
    assert entry.why.startswith("The name of its audio file is in quotation marks. With tabs between cells")
    with pytest.raises(ProblemError, match="Its headings are in quotation marks"):
        read_table(table(tmp_path, '"file"\t"text"\n"a.wav"\t"x"\n', "t.tsv"))


def test_of_endless_headings_the_beginning_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        read_table(table(tmp_path, "x" * 5000 + "\n"))
    assert len(caught.value.problem.why) < 300


@pytest.mark.parametrize("text", ["text", "words=x", "text=", ""])
def test_columns_that_are_not_pairs(text: str) -> None:
    with pytest.raises(ValueError, match="FIELD=HEADING"):
        parse_columns(text)


def test_ten_thousand_rows_ask_the_file_system_as_often_as_one(tmp_path: Path, monkeypatch) -> None:
    asked = []
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: asked.append(folder) or listdir(folder))
    monkeypatch.setattr(Path, "exists", None)
    path = table(tmp_path, "file,text\n" + "a.wav,some words that were said\n" * 10_000)
    began_s = time.process_time()
    assert len(read_table(path).clips) == 10_000
    print(f"{time.process_time() - began_s:.2f} s of CPU")
    assert len(asked) == 2
