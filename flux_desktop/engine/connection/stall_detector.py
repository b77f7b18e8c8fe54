"""Whether a stream still moves, and whether its last turn has been received to its end. It has no clock of its own."""

from __future__ import annotations

from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.context import Timeouts
from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.connection.receiver import Receiver
from flux_desktop.engine.connection.transport import OpenStream
from flux_desktop.engine.sending.base import BaseSender

_QUIET_AFTER_AUDIO_S = 1.5
"""Silence after the audio within which a build that sends nothing between turns would have opened one."""


class StallDetector:
    """Judges one connection by what was sent and what came back."""

    def __init__(self, timeouts: Timeouts, receiver: Receiver, sender: BaseSender, controls: ControlChannel) -> None:
        self._timeouts = timeouts
        self._receiver = receiver
        self._sender = sender
        self._controls = controls

    def stalled(self, stream: OpenStream) -> Problem | None:
        """Why the stream is of no further use, or None while it moves."""
        unsent_s = stream.oldest_unsent_s
        if unsent_s > self._timeouts.backlog_s:
            return problems.or_own_lateness(problems.backlog(unsent_s), was_late=self._sender.was_late(unsent_s))
        return self._silent(max(self._timeouts.silent_turn_s, 4 * self._eot_timeout_s), inclusive=False)

    def unanswered(self) -> Problem | None:
        """At the orderly end: a turn that outlived its own timeout without an answer was not received to its end."""
        return self._silent(max(self._timeouts.silent_turn_s, self._eot_timeout_s), inclusive=True)

    def settled(self, silent_s: float) -> bool:
        """Whether the last turn has ended, asked while silence has followed the audio for so many seconds."""
        covers_audio = self._receiver.window_end_s >= (self._sender.audio_end_s or 0.0) - 0.001
        return self._receiver.is_quiet and (covers_audio or silent_s >= _QUIET_AFTER_AUDIO_S)

    def _silent(self, allowed_s: float, *, inclusive: bool) -> Problem | None:
        silent_s = self._silent_s
        if silent_s > allowed_s or (inclusive and silent_s == allowed_s):
            silent = problems.gone_silent(silent_s, in_turn=not self._receiver.is_quiet)
            return problems.or_own_lateness(silent, was_late=self._sender.was_late(silent_s))
        return None

    @property
    def _eot_timeout_s(self) -> float:
        return self._controls.in_force.eot_timeout_ms_in_force / 1000

    @property
    def _silent_s(self) -> float:
        """Seconds of audio sent since the last answer; 0 where none is due, as between turns of a silent build."""
        if self._receiver.is_quiet and not self._receiver.answers_in_silence:
            return 0.0
        return self._sender.audio_clock.audio_s - self._receiver.last_turn_info_audio_s
