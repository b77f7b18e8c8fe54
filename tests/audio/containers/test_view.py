"""A file made of parts."""

from __future__ import annotations

import io

from flux_desktop.audio.containers.view import PartsFile, Stored, after_id3


def test_parts_are_read_one_after_another_from_anywhere() -> None:
    file = PartsFile(io.BytesIO(b"0123456789"), (Stored(2, 3), b"ab", Stored(8, 2)))
    assert (file.size, file.read()) == (7, b"234ab89")
    for at in range(8):
        file.seek(at)
        assert file.read(2) == b"234ab89"[at : at + 2] or file.read(1) == b"234ab89"[at + 1 : at + 2]
    assert (file.seek(-2, io.SEEK_END), file.seek(99), file.seek(-99, io.SEEK_CUR)) == (5, 7, 0)


def test_tags_before_the_audio_are_passed_over() -> None:
    tag, with_footer = b"ID3\x04\0\0\0\0\x01\x02", b"ID3\x04\0\x10\0\0\0\x03"
    content = tag + bytes(130) + with_footer + bytes(13) + b"audio"
    assert after_id3(io.BytesIO(content)) == len(content) - 5
    assert after_id3(io.BytesIO(b"ID3\x04\0\0\x80\0\0\0")) == 0
