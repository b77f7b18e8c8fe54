"""A data set's format is seen by its name and content."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import SAMPLE_DATA_SET, resource_path
from flux_desktop.datasets import eot_bench, turn_bench
from flux_desktop.datasets.reader import SAMPLE, data_set_path, read_data_set
from flux_desktop.datasets.table import UnclearColumnsError
from tests.datasets.audio_files import recordings


def test_librispeech(tmp_path: Path) -> None:
    recordings(tmp_path, "84/121/84-121-0000.flac", "84/121/84-121-0001.flac")
    (tmp_path / "84/121/84-121.trans.txt").write_text("84-121-0000 GO DO YOU\n84-121-0001 HEAR\nnonsense\n84-1/0 X\n")
    data_set = read_data_set(tmp_path)
    assert data_set.format == "LibriSpeech"
    assert [(clip.text, clip.speaker, clip.conversation) for clip in data_set.clips] == [
        ("GO DO YOU", "84", "84-121"),
        ("HEAR", "84", "84-121"),
    ]
    assert [entry.where for entry in data_set.bad] == [f"84/121/84-121.trans.txt, line {line}" for line in (3, 4)]


def test_a_folder_of_common_voice_has_the_texts_of_its_table(tmp_path: Path) -> None:
    recordings(tmp_path, "clips/a.wav", "clips/b.wav")
    (tmp_path / "validated.tsv").write_text("path\tsentence\tlocale\na.wav\tBonjour\tfr\n")
    (tmp_path / "test.tsv").write_text("path\tsentence\tlocale\n")
    assert [(clip.path.name, clip.text, clip.language) for clip in read_data_set(tmp_path).clips] == [
        ("a.wav", "Bonjour", "fr")
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("test.jsonl", '{"audio_filepath":"b.wav","text":"x"}\n'),
        ("test_manifest.json", '{"audio_filepath":"b.wav","text":"x"}\n'),
        ("data.csv", "file,text\nb.wav,x\n"),
    ],
)
def test_a_folder_without_texts_is_read_by_its_only_manifest(tmp_path: Path, name: str, content: str) -> None:
    recordings(tmp_path, "a.wav", "b.wav")
    (tmp_path / "description.json").write_text("{}")
    (tmp_path / "account.jsonl").write_text('{"type":"not_read"}\n')
    (tmp_path / name).write_text(content)
    assert [(clip.path.name, clip.text) for clip in read_data_set(tmp_path).clips] == [("b.wav", "x")]


@pytest.mark.parametrize("mark", [eot_bench.MARK, turn_bench.MARK])
def test_rows_of_a_published_data_set_count_as_a_manifest(tmp_path: Path, mark: str) -> None:
    recordings(tmp_path, "a.wav")
    (tmp_path / "rows.jsonl").write_text(f"{{{mark}:1}}\n")
    with pytest.raises(ProblemError, match="line 1"):
        read_data_set(tmp_path)


def test_a_table_in_a_folder_with_texts_does_not_count(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav")
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "notes.csv").write_text("day,remark\n")
    assert [clip.text for clip in read_data_set(tmp_path).clips] == ["hello"]


def test_several_manifests_of_a_folder_are_named(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav")
    (tmp_path / "test.tsv").write_text("path\tsentence\na.wav\tx\n")
    (tmp_path / "dev.tsv").write_text("path\tsentence\na.wav\ty\n")
    with pytest.raises(ProblemError) as caught:
        read_data_set(tmp_path)
    assert caught.value.problem.why == "It has several manifests or tables: dev.tsv, test.tsv."
    assert caught.value.problem.todo == (
        "Give one of them, not the folder. To use all recordings without texts, move them to another folder."
    )


def test_an_only_table_without_audio_files_can_be_moved_away(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav")
    (tmp_path / "notes.csv").write_text("day,remark\nMonday,none\n")
    with pytest.raises(UnclearColumnsError) as caught:
        read_data_set(tmp_path)
    assert caught.value.headings == ("day", "remark")
    assert caught.value.problem.todo == (
        "State it: --columns audio=HEADING,text=HEADING; or, to use all recordings without texts, "
        "move notes.csv to another folder."
    )


def test_kaldi_with_segments(tmp_path: Path) -> None:
    recordings(tmp_path, "wav/call1.wav")
    (tmp_path / "wav.scp").write_text("call1 wav/call1.wav\ncall2 sph2pipe -f wav x.sph |\n")
    (tmp_path / "segments").write_text("u1 call1 0.25 0.75\nu2 call2 0 1\nbroken\n")
    (tmp_path / "text").write_text("u1 hello you\n")
    (tmp_path / "utt2spk").write_text("u1 amy\n")
    data_set = read_data_set(tmp_path)
    (clip,) = data_set.clips
    assert (clip.offset_s, clip.duration_s, clip.text, clip.speaker) == (0.25, 0.5, "hello you", "amy")
    assert "shell command, which is not run" in data_set.bad[0].why
    assert [entry.where for entry in data_set.bad] == ["wav.scp, line 2", "segments, line 2", "segments, line 3"]


def test_a_kaldi_pipe_is_never_run(tmp_path: Path) -> None:
    (tmp_path / "wav.scp").write_text(f"call1 touch {tmp_path}/ran |\n")
    with pytest.raises(ProblemError, match="shell command"):
        read_data_set(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_a_folder_with_a_manifest_is_read_by_it(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav", "b.wav")
    (tmp_path / "manifest.jsonl").write_text('{"audio_filepath":"b.wav","text":"x"}\n')
    assert [clip.path.name for clip in read_data_set(tmp_path).clips] == ["b.wav"]


def test_one_recording(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav")
    (tmp_path / "a.txt").write_text("hello")
    assert [clip.text for clip in read_data_set(tmp_path / "a.wav").clips] == ["hello"]


def test_missing_audio_is_named_and_the_rest_continues(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav")
    (tmp_path / "t.csv").write_text("file,text\na.wav,x\ngone.wav,y\n")
    data_set = read_data_set(tmp_path / "t.csv")
    assert len(data_set.clips) == 1
    assert (data_set.bad[0].where, data_set.bad[0].why) == (
        str(tmp_path / "gone.wav"),
        "The audio file does not exist.",
    )


def test_paths_that_are_no_file_are_named_and_the_rest_continues(tmp_path: Path) -> None:
    recordings(tmp_path, "a.wav")
    (tmp_path / "t.csv").write_text(f"file,text\na.wav,x\n.,y\n{'x' * 5000},z\n")
    data_set = read_data_set(tmp_path / "t.csv")
    assert len(data_set.clips) == 1
    assert data_set.bad[0].why.endswith("is a folder, not an audio file.")
    assert "The path is longer than this system allows." in data_set.bad[1].why


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("missing", None, "no such file"),
        ("a.docx", b"x", "neither a folder, nor an audio file"),
        ("a.jsonl", b"{}", "no clip that can be streamed. line 1"),
        ("a.csv", b"\xff\xffx", "not UTF-8"),
    ],
)
def test_what_cannot_be_used_at_all(tmp_path: Path, name: str, content: bytes | None, why: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ProblemError, match=why):
        read_data_set(tmp_path / name)


def test_a_recording_that_cannot_be_decoded_is_left_to_the_reader_of_recordings(tmp_path: Path) -> None:
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x20ftypM4A and so on")
    data_set = read_data_set(tmp_path / "a.m4a")
    with pytest.raises(ProblemError, match="It is an MPEG-4 file"):
        open_recording(data_set.clips[0].path)


def test_sample_stands_for_the_bundled_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_set_path(SAMPLE) == resource_path(SAMPLE_DATA_SET)
    assert data_set_path("./sample") == tmp_path / "sample"
    assert len(read_data_set(data_set_path(SAMPLE)).clips) == 29


@pytest.mark.parametrize(
    ("field", "value"), [("offset", "-1"), ("offset", "nan"), ("duration", "0"), ("duration", "inf")]
)
def test_a_clip_whose_times_cannot_be_is_named(tmp_path: Path, field: str, value: str) -> None:
    recordings(tmp_path, "a.wav")
    (tmp_path / "t.csv").write_text(f"file,text,{field}\na.wav,x,0.5\na.wav,y,{value}\n")
    data_set = read_data_set(tmp_path / "t.csv")
    assert [clip.text for clip in data_set.clips] == ["x"]
    assert data_set.bad[0].why.endswith(f"{value} s.")


def test_an_empty_path_is_not_the_current_folder() -> None:
    with pytest.raises(ProblemError, match="is empty"):
        data_set_path("")
