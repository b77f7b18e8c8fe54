"""Tests for base.private_folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from flux_desktop.base.private_folder import private_folder


def test_folders_of_ended_processes_are_removed_and_others_kept(tmp_path: Path) -> None:
    ended = tmp_path / "flux-4194305-x"  # above the highest process number of Linux
    running = tmp_path / f"flux-{os.getppid()}-x"
    foreign = tmp_path / "flux-notes"
    for folder in (ended, running, foreign):
        folder.mkdir()
    own = private_folder("flux-", tmp_path)
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    assert sorted(tmp_path.iterdir()) == sorted([running, foreign, own])
