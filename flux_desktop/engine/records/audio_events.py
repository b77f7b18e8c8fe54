"""Events of a run's audio: when a connection begins it, its clips and what is said in them, the files that are sent.

Part of the event log (`events`); times `t` are seconds since the run's origin.
"""

from __future__ import annotations

from msgspec import Struct

from flux_desktop.audio.channels import Channel
from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.clip import Span


class _Event(Struct, tag_field="event", kw_only=True, omit_defaults=True):
    pass


class AudioStarted(_Event, tag="audio_started"):
    """A connection begins its audio: second `a` of it is due at `t + a`, for as long as the connection lives.

    A microphone's second `a` was heard then.
    """

    t: float
    conn: int
    monotonic_s: float = 0.0
    """The same moment as `t` on the machine's monotonic clock, for those who listen while it streams."""


class ClipAhead(_Event, tag="clip_ahead"):
    """A connection sends a clip next, `audio_s` seconds into its audio: known one clip ahead, before `ClipStarted`."""

    t: float
    conn: int
    clip: str
    audio_s: float
    length_s: float
    """Of its audio, as far as it is sent."""
    offset_s: float = 0.0
    """Where the clip begins in its file."""
    channel: Channel = "mix"


class AudioFile(_Event, tag="audio_file"):
    """The content of a file that is sent, as its hash; recorded by a worker, never piped.

    With it a replay knows whether the file is still the one that was sent.
    """

    t: float
    path: str
    sha256: str


class MicrophoneRecorded(_Event, tag="microphone_recorded"):
    """The microphone is recorded into a file of the session folder; its first sample was captured at `t`."""

    t: float
    file: str


class ClipStarted(_Event, tag="clip"):
    """A connection began to send a clip of its data set, `audio_s` seconds into its audio."""

    t: float
    conn: int
    clip: str
    audio_s: float
    offset_s: float = 0.0
    """Where the clip begins in its file."""
    number: int = 0
    """Of its `ClipReference`."""


class ClipReference(_Event, tag="clip_reference"):
    """What is known to be said in a clip; recorded by a worker before it first sends the clip, never piped.

    Times are seconds from the clip's start. Recordings hold it so that their accuracy needs no other file.
    """

    t: float
    number: int
    """Of the clip in its data set; 0 for the one recording of a run without a data set."""
    clip: str
    length_s: float
    is_looped: bool = False
    text: str | None = None
    words: tuple[ReferenceWord, ...] = ()
    turns: tuple[SpokenTurn, ...] = ()
    holds: tuple[Span, ...] = ()
    ignore: tuple[Span, ...] = ()
    language: str | None = None
    keyterms: tuple[str, ...] = ()
    conversation: str | None = None
    sha256: str | None = None
