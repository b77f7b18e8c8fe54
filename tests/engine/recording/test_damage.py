"""Damage within a recording: what counts as such, and how it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.damage import RecordingDamage
from flux_desktop.engine.recording.session_folder import read_events
from flux_desktop.engine.records.events import Notice, Received, RunEnded, encode_event
from flux_desktop.engine.records.facts import Verdict
from tests.recordings import append

NOTICE = Notice(t=1.0, problem=Problem(code="a", what="Something happened."))
LINE = encode_event(NOTICE)
MESSAGE = encode_event(Received(t=1.0, conn=1, type="Connected", text='{"event":"x"}'))


def damage_of(path: Path, content: bytes | None = None, *, messages: bool = True) -> str:
    if content is not None:
        path.write_bytes(content)
    damage = RecordingDamage()
    list(read_events(path, messages=messages, damage=damage))
    return damage.sentence


@pytest.mark.parametrize("messages", [True, False])
@pytest.mark.parametrize(
    ("torn", "lines"),
    [
        (LINE[:30] + b"\n", "1 line of run.jsonl cannot be read and is"),
        (LINE[:30] + LINE, "1 line of run.jsonl cannot be read and is"),
        (bytes(40) + b"\n", "1 line of run.jsonl cannot be read and is"),
        (LINE[20:] + LINE + LINE[:9] + b"\n", "2 lines of run.jsonl cannot be read and are"),
        (MESSAGE[:30] + b"\n", "1 line of run.jsonl cannot be read and is"),
        (MESSAGE[:30] + LINE, "1 line of run.jsonl cannot be read and is"),
    ],
)
def test_lines_that_are_torn_are_counted(tmp_path: Path, torn: bytes, lines: str, messages: bool) -> None:
    assert damage_of(tmp_path / "run.jsonl", LINE + torn + LINE + MESSAGE, messages=messages) == (
        f"The recording is damaged: {lines} left out."
    )


@pytest.mark.parametrize("end", [b"", LINE[:30], MESSAGE[:30], b'{"event":"of_another_version"}\n', b"{}\n"])
def test_an_end_that_is_cut_off_and_events_of_another_version_are_no_damage(tmp_path: Path, end: bytes) -> None:
    for messages in (True, False):
        assert damage_of(tmp_path / "run.jsonl", LINE + MESSAGE + end, messages=messages) == ""


def test_compressed_data_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "worker-1.jsonl.gz"
    append(path, *[NOTICE] * 100)
    whole = path.read_bytes()
    assert damage_of(path) == ""
    assert damage_of(path, whole[:-10]) == ""
    checksum = whole[:-8] + bytes(byte ^ 255 for byte in whole[-8:])
    assert damage_of(path, checksum) == (
        "The recording is damaged: a part of worker-1.jsonl.gz cannot be read and is left out."
    )


def test_the_end_of_the_run_says_it_beside_what_was_not_recorded() -> None:
    ended = RunEnded(t=2.0, verdict=Verdict.DONE, ledger={}, unrecorded="A part.")
    damage = RecordingDamage()
    assert damage.marked(ended) == ended
    damage.broken(Path("worker-1.jsonl.gz"))
    assert damage.marked(ended).unrecorded == f"A part. {damage.sentence}"
