"""Tests for cluster.file_store."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from flux_desktop.cluster.file_store import UNUSED_MAX_S, FileStore, WrongContentError
from flux_desktop.cluster.messages import FileEntry

CONTENT = b"some audio"
HASH = hashlib.sha256(CONTENT).hexdigest()
ENTRY = FileEntry(name="audio/000001/a.wav", sha256=HASH, size=len(CONTENT))


def test_a_file_arrives_in_parts_once_and_is_placed(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    assert store.missing([ENTRY, ENTRY]) == [HASH]
    store.write(HASH, 0, CONTENT[:4], last=False)
    assert store.missing([ENTRY]) == [HASH]
    store.write(HASH, 4, CONTENT[4:], last=True)
    assert store.missing([ENTRY]) == []
    assert FileStore(tmp_path / "store").missing([ENTRY]) == [], "a later run finds it"
    for run in ("one", "two"):
        store.place([ENTRY], tmp_path / run)
        assert (tmp_path / run / ENTRY.name).read_bytes() == CONTENT


def test_what_is_not_what_its_hash_says_is_not_kept(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    with pytest.raises(WrongContentError, match="A file changed while it was sent"):
        store.write(HASH, 0, b"other audio", last=True)
    assert store.missing([ENTRY]) == [HASH]


def test_a_file_that_was_damaged_here_is_sent_again(tmp_path: Path) -> None:
    FileStore(tmp_path).write(HASH, 0, CONTENT, last=True)
    (tmp_path / HASH).write_bytes(b"damaged")
    assert FileStore(tmp_path).missing([ENTRY]) == [HASH]


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "audio/../../outside"])
def test_nothing_is_placed_outside_of_the_runs_folder(tmp_path: Path, name: str) -> None:
    store = FileStore(tmp_path / "store")
    store.write(HASH, 0, CONTENT, last=True)
    with pytest.raises(PermissionError):
        store.place([FileEntry(name=name, sha256=HASH, size=1)], tmp_path / "run")
    with pytest.raises(WrongContentError):
        store.place([FileEntry(name="a", sha256="../x", size=1)], tmp_path / "run")


def test_what_was_not_used_for_a_week_is_removed(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.write(HASH, 0, CONTENT, last=True)
    used_s = os.stat(tmp_path / HASH).st_mtime
    store.remove_unused(used_s + UNUSED_MAX_S - 1)
    assert store.missing([ENTRY]) == []
    store.remove_unused(used_s + UNUSED_MAX_S + 1)
    assert store.missing([ENTRY]) == [HASH]


@contextlib.contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """In place of a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_no_part_of_a_file_stays_and_the_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, run = FileStore(tmp_path / "store"), tmp_path / "run"
    with file_size_limit(4), pytest.raises(OSError, match="File too large") as raised:
        store.write(HASH, 0, CONTENT, last=True)
    assert Path(raised.value.filename).parent == tmp_path / "store"
    assert not os.listdir(tmp_path / "store")
    store.write(HASH, 0, CONTENT, last=True)
    monkeypatch.setattr(os, "link", Mock(side_effect=OSError("another file system")))
    with file_size_limit(4), pytest.raises(OSError, match="File too large") as raised:
        store.place([ENTRY], run)
    assert Path(raised.value.filename) == run / ENTRY.name
    assert not (run / ENTRY.name).exists()
