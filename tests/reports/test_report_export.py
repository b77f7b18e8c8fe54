"""Transcript files of a run, also of a recorded one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flux_desktop.engine.events import LedgerClass, Received, StreamEnded, StreamSummary, encode_event
from flux_desktop.problem import ProblemError
from flux_desktop.reports.export import KINDS, Kind, export_transcripts, recorded_result

SAID = {"type": "TurnInfo", "event": "EndOfTurn", "turn_index": 0, "transcript": "Fine.", "audio_window_end": 2.0}


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A recording of ten connections, of which the second said nothing, with a line that was cut off."""
    folder = tmp_path / "session"
    folder.mkdir()
    lines = [
        encode_event(Received(t=1.0 + conn, conn=conn, text=json.dumps(SAID))) for conn in range(1, 11) if conn != 2
    ]
    lines.append(encode_event(StreamEnded(t=20.0, summary=StreamSummary(conn=2, ledger=LedgerClass.NO_TRANSCRIPT))))
    (folder / "worker-1.jsonl").write_bytes(b"".join(lines) + b'{"event":"rece')
    return folder


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("txt", "[0:00.0] Fine.\n"),
        ("srt", "1\n00:00:00,000 --> 00:00:02,000\nFine.\n"),
        ("vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nFine.\n"),
    ],
)
def test_each_connection_that_spoke_has_a_file(session: Path, tmp_path: Path, kind: Kind, text: str) -> None:
    written = export_transcripts(recorded_result(session), kind, tmp_path, name="call/centre")
    assert [path.name for path in written] == [
        f"call_centre-connection-{conn:02}.{kind}" for conn in range(1, 11) if conn != 2
    ]
    assert {path.read_text(encoding="utf-8") for path in written} == {text}


def test_one_connection_as_json(session: Path, tmp_path: Path) -> None:
    (path,) = export_transcripts(recorded_result(session), "json", tmp_path, conns=[3])
    assert path.name == "transcript-connection-3.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    assert (document["connection"], document["turns"][0]["transcript"]) == (3, "Fine.")
    assert set(KINDS) == {"txt", "json", "srt", "vtt"}


def test_a_folder_that_is_gone_is_one_problem(session: Path, tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="could not be written"):
        export_transcripts(recorded_result(session), "txt", tmp_path / "gone")
