"""What is packed away comes back as it was, takes no memory, and stays in memory where the disk is full."""

from __future__ import annotations

import gc
import os
import resource

import pytest

from flux_desktop.base.packed_blocks import PackedBlocks, SideFile
from flux_desktop.flux.kept_turns import BLOCK, KeptTurns
from flux_desktop.flux.turns import Turn


def block(number: int) -> bytes:
    return os.urandom(3000) + number.to_bytes(4, "big")


def test_many_lists_share_a_file_and_none_mixes_them_up() -> None:
    side_file = SideFile()
    given = [[block(number) for number in range(20)] for _ in range(3)]
    lists = [PackedBlocks(side_file) for _ in given]
    for number in range(20):
        for kept, blocks in zip(lists, given, strict=True):
            kept.append(blocks[number])
            assert kept[number // 2] == blocks[number // 2]
    assert [list(kept) for kept in lists] == given
    assert [len(kept) for kept in lists] == [20, 20, 20]
    assert [kept.in_memory_bytes for kept in lists] == [0, 0, 0]


def test_the_file_has_no_name_is_the_owners_alone_and_goes_with_its_lists(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    side_file = SideFile()
    kept = PackedBlocks(side_file)
    kept.append(block(0))
    assert not list(tmp_path.iterdir())
    assert side_file._file is not None
    descriptor = side_file._file.fileno()
    assert os.fstat(descriptor).st_mode & 0o077 == 0
    del side_file, kept
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_full_disk_takes_nothing_away() -> None:
    given = [block(number) for number in range(6)]
    kept = PackedBlocks(SideFile())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept.append(given[0])
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, before[1]))
        for each in given[1:4]:
            kept.append(each)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert kept.in_memory_bytes > 3 * 3000
    for each in given[4:]:
        kept.append(each)
    assert list(kept) == given


def test_no_folder_for_the_file(monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/proc/nowhere")
    kept = PackedBlocks(SideFile())
    kept.append(b"said")
    assert list(kept) == [b"said"]
    assert kept.in_memory_bytes > 0


def test_ended_turns_of_hours_take_no_memory() -> None:
    kept = KeptTurns(words=False, side_file=SideFile())
    for index in range(50 * BLOCK):
        kept.append(Turn(index=index, transcript=f"this was said in turn {index}"))
    assert kept._blocks.in_memory_bytes == 0
    assert [turn.index for turn in kept] == list(range(50 * BLOCK))
