"""What the sound server calls the default source: answers of a `pactl` of the test's own."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from flux_desktop.audio.sound_server import default_source_description

SOURCES = '[{"name":"a.monitor","description":"Monitor"},{"name":"usb","description":"USB headset Mono","x":1}]'


def pactl(folder: Path, script: str) -> None:
    path = folder / "pactl"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


def test_the_description_of_the_default_source(folder: Path) -> None:
    pactl(folder, f"if [ \"$1\" = get-default-source ]; then echo usb; else echo '{SOURCES}'; fi")
    assert default_source_description() == "USB headset Mono"


@pytest.mark.parametrize("script", ["exit 1", "echo none", "echo '[]'"])
def test_without_an_answer_there_is_no_description(folder: Path, script: str) -> None:
    pactl(folder, script)
    assert default_source_description() == ""


def test_without_pactl_there_is_no_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert default_source_description() == ""
