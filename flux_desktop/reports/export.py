"""Transcripts of a run, live or recorded, as files that a person keeps: one a connection."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from flux_desktop.engine.session import read_session
from flux_desktop.reports.files import safe_name, write_whole
from flux_desktop.reports.run_result import RunResult
from flux_desktop.reports.transcripts import as_json, as_srt, as_txt, as_vtt

Kind = Literal["txt", "json", "srt", "vtt"]
KINDS: tuple[Kind, ...] = ("txt", "json", "srt", "vtt")


def recorded_result(session_folder: Path) -> RunResult:
    """What a recorded run came to; raises `OSError` when its folder cannot be read."""
    result = RunResult()
    for event in read_session(session_folder):
        result.feed(event)
    return result


def transcript_text(result: RunResult, conn: int, kind: Kind) -> str:
    """One connection's transcript; empty (or an empty document) where nothing was said."""
    turns = result.turns(conn)
    match kind:
        case "txt":
            return as_txt(turns)
        case "json":
            return as_json(conn, turns)
        case "srt":
            return as_srt(turns)
        case "vtt":
            return as_vtt(turns)


def export_transcripts(
    result: RunResult, kind: Kind, folder: Path, *, name: str = "transcript", conns: Iterable[int] | None = None
) -> list[Path]:
    """Write ``NAME-connection-003.srt`` and its like into an existing folder; None means every connection.

    Connections without any ended turn are left out. Blocks; raises `ProblemError` (file_not_written).
    """
    chosen = result.connections if conns is None else sorted(conns)
    digits = len(str(max(chosen, default=0)))
    written = []
    for conn in chosen:
        if not result.turns(conn):
            continue
        path = folder / f"{safe_name(name)}-connection-{conn:0{digits}}.{kind}"
        write_whole(path, transcript_text(result, conn, kind))
        written.append(path)
    return written
