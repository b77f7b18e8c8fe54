"""Trace of one clip: the TurnInfo messages that a server sent for it, on the clip's own time line, and its truth.

Recorded once at the highest threshold, a trace answers what every lower setting would have decided (`replay`, `grid`).
`experiments.read_traces` makes traces from session folders; nothing here reads files. Times are seconds of audio from
the start of the clip, latencies milliseconds.

    trace = Trace(clip="a.wav", messages=(TraceMessage(audio_s=0.24, confidence=0.01), …), turns=(SpokenTurn(…),))
"""

from __future__ import annotations

from msgspec import Struct

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.flux import defaults


class Setting(Struct, frozen=True, kw_only=True, order=True):
    """What decides about the end of a turn; `eager` is None while eager ends are off."""

    eot: float = defaults.EOT_THRESHOLD
    eager: float | None = None
    timeout_ms: int = defaults.EOT_TIMEOUT_MS

    @property
    def text(self) -> str:
        """For tables: ``0.82 · eager 0.50 · 5 s``."""
        eager = "eager off" if self.eager is None else f"eager {self.eager:.2f}"
        return f"{self.eot:.2f} · {eager} · {self.timeout_ms / 1000:g} s"


class TraceMessage(Struct, frozen=True, kw_only=True):
    """One TurnInfo."""

    audio_s: float
    """Where the audio ends that the message covers (``audio_window_end``)."""
    confidence: float
    event: str = "Update"
    turn_index: int = 0
    transcript: str = ""
    last_word_end_s: float | None = None
    """None on builds without word times."""
    trigger: str | None = None
    """Of an EndOfTurn: model, timeout or manual; None where the build does not say."""
    latency_ms: float | None = None
    """From the moment at which that audio was due until the message came."""


class Trace(Struct, frozen=True, kw_only=True):
    """One clip as one server heard it once."""

    clip: str
    """Name of the recording, as reports show it."""
    messages: tuple[TraceMessage, ...]
    """In order; none that followed CloseStream, because older builds then end every open turn."""
    setting: Setting = Setting()
    """In force while it was recorded."""
    conversation: str = ""
    """Clips of one conversation are not independent: intervals are drawn over conversations."""
    repeat: int = 0
    """Which of several recordings of the same clip this is, from 0."""
    conn: int = 0
    """The connection of the session that sent it."""
    turns: tuple[SpokenTurn, ...] = ()
    """The reference turns; a turn's end is the true end of its last word."""
    holds: tuple[Span, ...] = ()
    ignore: tuple[Span, ...] = ()
    path: str = ""
    """Of the recording; empty where unknown."""
    offset_s: float = 0.0
    """Where the clip begins in its recording."""

    @property
    def source(self) -> str:
        """What intervals are drawn over: the conversation, else the clip."""
        return self.conversation or self.clip


def not_replayable(trace: Trace, setting: Setting) -> str:
    """Why a trace cannot answer for a setting; empty if it can.

    Beyond the recorded threshold or timeout the server ended turns that this setting would have continued.
    """
    recorded = trace.setting
    if setting.eot > recorded.eot:
        return (
            f"It was recorded with eot_threshold {recorded.eot:g}: turns ended there, and what the server would have "
            f"transcribed as one longer turn is unknown. Only thresholds up to {recorded.eot:g} can be evaluated."
        )
    if setting.timeout_ms > recorded.timeout_ms:
        return (
            f"It was recorded with eot_timeout_ms {recorded.timeout_ms}: turns ended there at the latest. "
            f"Only timeouts up to {recorded.timeout_ms} ms can be evaluated."
        )
    return ""
