"""Flags and files that cannot be used: one sentence before anything is connected."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.main import main
from tests.audio.wav_bytes import data, riff
from tests.cli.test_arguments import plan

pytestmark = pytest.mark.usefixtures("logging_as_before")


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ("--eot-threshold 0", "option_out_of_range"),
        ("--eot-threshold 1.01", "option_out_of_range"),
        ("--eager-eot-threshold -0.1", "option_out_of_range"),
        ("--eager-eot-threshold 0.8 --eot-threshold 0.7", "eager_above_eot"),
        ("--eot-timeout-ms 0", "option_out_of_range"),
        ("--reconfigure-after 1 --reconfigure-eot-threshold 1.5", "option_out_of_range"),
        ("--connections 0", "plan_invalid"),
        ("--duration 0", "plan_invalid"),
        ("--batch-size -1", "plan_invalid"),
        ("--idle-before-audio -1", "plan_invalid"),
        ("--reconfigure-after -1", "plan_invalid"),
        ("--keepalive-interval 0", "plan_invalid"),
        ("--keepalive-interval 1e-9", "plan_invalid"),
        ("--encoding mp3", "option_unknown"),
        ("--bundle flux-9", "option_unknown"),
        ("--extra tag", "extra_invalid"),
        ("--extra =x", "extra_invalid"),
        ("--limit speed<3", "limit_unknown"),
        ("--stages 10", "stages_invalid"),
        ("--ca-bundle /no/such/file", "path_invalid"),
        ("--keyterms \udcff", "option_unknown"),
        ("--connections 1000000000 --batch-size 1 --batch-delay 1 --duration 1", "plan_invalid"),
    ],
)
def test_what_is_wrong_is_exit_2_and_one_sentence(
    wav: str, flags: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ProblemError) as caught:
        plan(wav, flags)
    assert caught.value.problem.code == code
    assert main(["file", "x", "--file", wav, *flags.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ("--eot-threshold 1.49", "eot_threshold 1.49 is out of range: Flux accepts 0.5 to 1."),
        ("--encoding mp3", "Flux does not support encoding mp3. Use one of: linear16, mulaw, alaw."),
        ("--eot-timeout-ms 0", "eot_timeout_ms 0 is out of range: Flux accepts 500 to 60000."),
        (
            "--reconfigure-after 1 --reconfigure-eager-eot-threshold 1.1",
            "The eager_eot_threshold to reconfigure, 1.1, is out of range: Flux accepts 0.3 to 0.9.",
        ),
    ],
)
def test_a_value_out_of_range_is_told_with_what_is_accepted(
    wav: str, flags: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["file", "x", "--file", wav, *flags.split()]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


def test_an_open_quote_in_the_local_arguments_is_exit_2(wav: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["file", "local", "--file", wav, "--local-arguments", "'"]) == 2
    assert "--local-arguments cannot be parsed" in capsys.readouterr().err


def test_a_missing_file_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["file", "x", "--file", "/no/such.wav"]) == 2
    assert capsys.readouterr().err == (
        "The audio file /no/such.wav does not exist. Check the path; the file may have been moved or renamed.\n"
    )


def test_audio_from_standard_input_is_checked_before_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(riff(data()))))
    assert main(["file", "x", "--file", "-"]) == 2
    assert "does not state the sample format" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["file", "x", "--file", "-"]) == 2
    assert "not connected to any audio" in capsys.readouterr().err


def test_a_summary_that_could_not_be_written_is_told_before_the_run(
    wav: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "no" / "summary.jsonl"
    assert main(["file", "x", "--file", wav, "--summary-jsonl", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"--summary-jsonl “{path}” cannot be used. No such file or directory")


@pytest.mark.parametrize(
    "flags",
    [
        "",
        "--connections many",
        "--duration nan",
        "--duration inf",
        "--duration 3x",
        "--duration 1m30",
        "--chunk-ms 19",
        "--chunk-ms 201",
        "--eot-threshold x",
        "--log-level LOUD",
    ],
)
def test_wrong_usage_is_exit_2_and_one_line(wav: str, flags: str, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint = ["x"] if flags else []
    with pytest.raises(SystemExit) as caught:
        main(["file", *endpoint, "--file", wav, *flags.split()])
    assert caught.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith("flux-stress file: ")
    assert len(err.splitlines()) == 1
