"""`flux-stress data`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flux_desktop.cli.main import main
from flux_desktop.datasets.reader import read_data_set
from tests.datasets.audio_files import recordings


@pytest.fixture
def table(tmp_path: Path) -> Path:
    recordings(tmp_path, "a.wav", "b.wav")
    path = tmp_path / "t.csv"
    path.write_text("file,text\na.wav,hello you\nb.wav,\ngone.wav,x\n")
    return path


def test_check_counts(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(table)]) == 0
    out = capsys.readouterr().out
    assert "clips           2\n" in out
    assert "sample rates    2 of 16000 Hz\n" in out
    assert "gone.wav: The audio file does not exist." in out
    assert main(["data", "check", str(table), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["clips"], figures["seconds"], figures["channels"]) == (2, 2.0, {"1": 2})


def test_keys_that_are_not_used_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recordings(tmp_path, "a.wav")
    (tmp_path / "m.jsonl").write_text('{"audio_filepath":"a.wav","txt":"x"}\n')
    assert main(["data", "check", str(tmp_path / "m.jsonl")]) == 0
    assert "keys not used   txt (1)\n" in capsys.readouterr().out


def test_strict_fails_for_one_bad_entry(table: Path, tmp_path: Path) -> None:
    assert main(["data", "check", str(table), "--strict"]) == 2
    assert main(["data", "convert", str(table), "--to", str(tmp_path / "m.jsonl"), "--strict"]) == 2
    assert not (tmp_path / "m.jsonl").exists()


def test_a_data_set_of_which_nothing_can_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.wav").write_text("no audio")
    assert main(["data", "check", str(tmp_path)]) == 2
    assert "not usable      1\n" in capsys.readouterr().out
    assert main(["file", "local", "--data", str(tmp_path), "--quiet", "--sessions-dir", str(tmp_path / "s")]) == 2
    assert "a.wav cannot be decoded" in capsys.readouterr().err


def test_convert_writes_what_is_read_back(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = tmp_path / "m.jsonl"
    assert main(["data", "convert", str(table), "--to", str(manifest)]) == 0
    assert "gone.wav" in capsys.readouterr().err
    assert read_data_set(manifest).clips == read_data_set(table).clips
    assert json.loads(manifest.read_text().splitlines()[0])["audio_filepath"] == "a.wav"


def test_convert_replaces_no_file_of_the_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recordings(tmp_path, "a.wav")
    source = tmp_path / "manifest.jsonl"
    source.write_text(content := '{"audio_filepath": "a.wav", "text": "hello", "own_key": 1}\n')
    for path in (tmp_path, source):
        assert main(["data", "convert", str(path), "--to", str(source)]) == 2
        assert "It belongs to the data set" in capsys.readouterr().err
    assert source.read_text() == content


def test_convert_writes_to_standard_output(table: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "convert", str(table), "--to", "-"]) == 0
    assert json.loads(capfd.readouterr().out.splitlines()[0])["text"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "/no/such"], "There is no such file or folder."),
        (["check", "TABLE", "--columns", "nonsense"], "FIELD=HEADING"),
        (["convert", "TABLE", "--to", "/no/such/m.jsonl"], "--to"),
        (["convert", "TABLE", "--to", "TABLE"], "The name of a manifest ends in"),
    ],
)
def test_what_cannot_be_done_is_exit_2_and_a_sentence(
    table: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main(["data", *(str(table) if word == "TABLE" else word for word in arguments)]) == 2
    assert sentence in capsys.readouterr().err
