"""Drift of whole runs, from what the server said and when: independent of our own bookkeeping of pacing."""

from __future__ import annotations

from pathlib import Path

import msgspec

from flux_desktop.engine.recording.recording_file import recorded_lines

_EDGE = 40
"""Updates at either end, about ten seconds, of which the promptest one is taken: delays of the network cancel out."""


class _Line(msgspec.Struct):
    event: str
    t: float = 0.0
    conn: int = 0
    text: str = ""


class _Message(msgspec.Struct):
    type: str = ""
    event: str = ""
    audio_window_end: float | None = None


def drift_ms(folder: Path) -> float:
    """How much further the wall clock went than the server's audio clock, between begin and end; worst stream."""
    offsets_s: dict[int, list[float]] = {}
    line_of, message_of = msgspec.json.Decoder(_Line), msgspec.json.Decoder(_Message)
    for path in folder.rglob("worker-*.jsonl.gz"):
        for text in recorded_lines(path):
            if b'"event":"received"' not in text[:24]:
                continue
            line = line_of.decode(text)
            message = message_of.decode(line.text)
            if message.event == "Update" and message.audio_window_end is not None:
                offsets_s.setdefault(line.conn, []).append(line.t - message.audio_window_end)
    drifts_ms = [0.0]
    for offsets in offsets_s.values():
        edge = max(1, min(_EDGE, len(offsets) // 2))
        drifts_ms.append(abs(min(offsets[-edge:]) - min(offsets[:edge])) * 1000)
    return max(drifts_ms)
