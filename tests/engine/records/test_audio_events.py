"""Events of a run's audio are part of its log."""

from __future__ import annotations

import pytest

from flux_desktop.audio.words import ReferenceWord
from flux_desktop.engine.records.audio_events import (
    AudioFile,
    AudioStarted,
    ClipAhead,
    ClipReference,
    ClipStarted,
    MicrophoneRecorded,
)
from flux_desktop.engine.records.events import Event, decode_event, encode_event


@pytest.mark.parametrize(
    "event",
    [
        AudioStarted(t=0.0, conn=1, monotonic_s=5.0),
        ClipAhead(t=0.0, conn=1, clip="a.wav", audio_s=1.0, length_s=2.0, channel="left"),
        AudioFile(t=0.0, path="a.wav", sha256="0"),
        MicrophoneRecorded(t=0.0, file="microphone.flac"),
        ClipStarted(t=0.0, conn=1, clip="a.wav", audio_s=1.0, number=3),
        ClipReference(
            t=0.0, number=3, clip="a.wav", length_s=2.0, words=(ReferenceWord(start_s=0, end_s=1, word="a"),)
        ),
    ],
    ids=lambda event: type(event).__name__,
)
def test_they_survive_the_pipe(event: Event) -> None:
    assert decode_event(encode_event(event)) == event
