"""Stored values come back equal, from the disk where it takes them and from memory where it does not."""

from __future__ import annotations

import gc
import os
import resource
from pathlib import Path

import pytest

from flux_desktop.base.side_store import SideFile, StoredList


def text(number: int) -> str:
    return f"{number} " + os.urandom(1500).hex()


def test_lists_that_share_a_file_keep_their_own_values() -> None:
    side_file = SideFile()
    values = [[text(number) for number in range(20)] for _ in range(3)]
    lists = [StoredList(str, side_file) for _ in values]
    for number in range(20):
        for stored, own in zip(lists, values, strict=True):
            stored.append(own[number])
            assert stored[number // 2] == own[number // 2]
    assert [list(stored) for stored in lists] == values
    assert [len(stored) for stored in lists] == [20, 20, 20]
    assert [stored.in_memory_bytes for stored in lists] == [0, 0, 0]


def test_a_value_is_stored_as_it_was_when_it_was_appended() -> None:
    stored, value = StoredList(list[int], SideFile()), [1, 2]
    stored.append(value)
    value.append(3)
    assert list(stored) == [[1, 2]]


def test_an_index_outside_raises() -> None:
    stored = StoredList(int, SideFile())
    stored.append(7)
    with pytest.raises(IndexError):
        stored[1]


def test_the_file_has_no_name_belongs_to_its_owner_and_is_closed_with_its_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    side_file = SideFile()
    stored = StoredList(str, side_file)
    stored.append("said")
    assert not list(tmp_path.iterdir())
    assert side_file._file is not None
    descriptor = side_file._file.fileno()
    assert os.fstat(descriptor).st_mode & 0o077 == 0
    del side_file, stored
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_full_disk_loses_nothing() -> None:
    values = [text(number) for number in range(6)]
    stored = StoredList(str, SideFile())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    stored.append(values[0])
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, before[1]))
        for value in values[1:4]:
            stored.append(value)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert stored.in_memory_bytes > 3 * 3000
    for value in values[4:]:
        stored.append(value)
    assert stored.in_memory_bytes < 4 * 3100, "the disk is used again when it has room"
    assert list(stored) == values


def test_without_a_folder_for_temporary_files_values_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/proc/nowhere")
    stored = StoredList(str, SideFile())
    stored.append("said")
    assert list(stored) == ["said"]
    assert stored.in_memory_bytes > 0
