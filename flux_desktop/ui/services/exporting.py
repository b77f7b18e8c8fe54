"""Transcripts as files: one connection or all, in four formats, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.reports.files import write_whole
from flux_desktop.reports.transcripts import as_json, as_srt, as_txt, as_vtt
from flux_desktop.ui.models.conversation import Conversation

FORMATS = {"txt": "Text", "json": "JSON with words and times", "srt": "SubRip subtitles", "vtt": "WebVTT subtitles"}


def transcript(conversation: Conversation, suffix: str) -> str:
    """A connection's ended turns in one of `FORMATS`."""
    turns = conversation.turns
    match suffix:
        case "json":
            return as_json(conversation.conn, turns)
        case "srt":
            return as_srt(turns)
        case "vtt":
            return as_vtt(turns)
        case _:
            return as_txt(turns)


def write(files: dict[Path, str]) -> None:
    """Write them all, each whole or not at all; for a thread. Raises `ProblemError` at the first that fails."""
    for path, content in files.items():
        write_whole(path, content)
