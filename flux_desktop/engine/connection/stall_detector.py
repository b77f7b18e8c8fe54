"""Whether a stream still moves, and whether its last turn has been heard to its end. No clock of its own."""

from __future__ import annotations

from flux_desktop.aws.stream.opener import SageMakerStream
from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.context import Timeouts
from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.connection.receiver import Receiver
from flux_desktop.engine.sending.base import BaseSender
from flux_desktop.flux.turns import TurnState

_QUIET_AFTER_AUDIO_S = 1.5
"""Silence after the audio in which a build that sends nothing between turns would have opened one."""


class StallDetector:
    """Judges one connection by what went out and what came back."""

    def __init__(self, limits: Timeouts, conversation: Receiver, outlet: BaseSender, controls: ControlChannel) -> None:
        self._limits = limits
        self._conversation = conversation
        self._outlet = outlet
        self._controls = controls

    @property
    def is_quiet(self) -> bool:
        """Whether no turn is open."""
        return self._conversation.tracker.state is TurnState.READY

    def stalled(self, stream: SageMakerStream) -> Problem | None:
        """Why the stream is of no use any more, or None while it moves."""
        if stream.oldest_unsent_s > self._limits.backlog_s:
            return problems.backlog(stream.oldest_unsent_s)
        allowed_s = max(self._limits.silent_turn_s, 4 * self._timeout_s)
        return problems.gone_silent(self._silent_s, in_turn=not self.is_quiet) if self._silent_s > allowed_s else None

    def unanswered(self) -> Problem | None:
        """At the orderly end: a turn that outlived its own timeout without an answer was not heard to its end."""
        allowed_s = max(self._limits.silent_turn_s, self._timeout_s)
        return problems.gone_silent(self._silent_s, in_turn=not self.is_quiet) if self._silent_s >= allowed_s else None

    def settled(self, silent_s: float) -> bool:
        """Whether the last turn has ended, asked while silence follows the audio for so many seconds."""
        heard_to_the_end = self._conversation.window_end_s >= (self._outlet.audio_end_s or 0.0) - 0.001
        return self.is_quiet and (heard_to_the_end or silent_s >= _QUIET_AFTER_AUDIO_S)

    @property
    def _timeout_s(self) -> float:
        return self._controls.in_force.eot_timeout_ms_in_force / 1000

    @property
    def _silent_s(self) -> float:
        """Seconds of audio sent since the last answer; 0 where none is due: in a silence that others keep too."""
        if self.is_quiet and not self._conversation.speaks_in_silence:
            return 0.0
        return self._outlet.audio_clock.audio_s - self._conversation.last_turn_info_audio_s
