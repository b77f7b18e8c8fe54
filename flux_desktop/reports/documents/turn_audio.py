"""The sound of the turns that a report shows, for those who ask for it: compressed, and limited in size."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from flux_desktop.audio.listening.tape import Segment, Tape
from flux_desktop.engine.recording.session_audio import read_session_audio
from flux_desktop.reports.documents.turn_timelines import TurnTimeline

RATE_HZ = 16_000
LIMIT_BYTES = 1_000_000
"""Of all turns together, as they are embedded."""
LONGEST_S = 60.0


def turn_sounds(folder: Path, timelines: Sequence[TurnTimeline], limit_bytes: int = LIMIT_BYTES) -> dict[int, str]:
    """By place of the timeline a data URI (Ogg Opus) of what was sent, as many as the limit allows.

    A file that has changed since is left out. Blocks; raises `OSError`.
    """
    audio = read_session_audio(folder)
    uris: dict[int, str] = {}
    used = 0
    for place, timeline in enumerate(timelines):
        segments = audio.segments(timeline.conn)
        if not isinstance(segments, list) or not segments:
            continue
        begin_s = max(0.0, timeline.played_s + timeline.from_s)
        for_s = min(LONGEST_S, timeline.played_s + timeline.until_s - begin_s)
        uri = f"data:audio/ogg;base64,{base64.b64encode(_encoded(segments, begin_s, for_s)).decode('ascii')}"
        used += len(uri)
        if used > limit_bytes:
            break
        uris[place] = uri
    return uris


def _encoded(segments: list[Segment], begin_s: float, for_s: float) -> bytes:
    from flux_desktop.audio.sound_library import soundfile  # brings the sound library along, which few reports need

    tape = Tape(RATE_HZ)
    tape.set_segments(segments)
    first, count = round(begin_s * RATE_HZ), round(for_s * RATE_HZ)
    parts = []
    for start in range(first, first + count, RATE_HZ):
        while tape.read_ahead(start):
            pass
        parts.append(tape.take(start, min(RATE_HZ, first + count - start)))
    out = io.BytesIO()
    soundfile.write(out, np.concatenate(parts), RATE_HZ, format="OGG", subtype="OPUS")
    return out.getvalue()
