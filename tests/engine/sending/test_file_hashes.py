"""Hashes of files that are sent: each once, and none of what cannot be read."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flux_desktop.engine.sending.file_hashes import FileHashes
from tests.waiting import PATIENCE_S


def test_every_file_is_hashed_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"first")
    (tmp_path / "b").write_bytes(b"second")
    reports: list[tuple[str, str]] = []
    hashes = FileHashes(lambda path, sha256: reports.append((Path(path).name, sha256)))
    for name in ("a", "gone", "b", "a"):
        hashes.add(str(tmp_path / name))
    hashes.close(PATIENCE_S)
    assert reports == [("a", hashlib.sha256(b"first").hexdigest()), ("b", hashlib.sha256(b"second").hexdigest())]


def test_without_a_file_there_is_nothing_to_wait_for() -> None:
    FileHashes(lambda *_: None).close(0.0)
