"""What is reported of one connection: each change of its state, its row while it runs and its summary at the end."""

from __future__ import annotations

from typing import NamedTuple

from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.connection.receiver import Receiver
from flux_desktop.engine.connection.transport import OpenStream
from flux_desktop.engine.measuring.histogram import of_values, rank_of
from flux_desktop.engine.records.events import ConnectionChanged
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ConnectionSummary, LedgerClass
from flux_desktop.engine.sending.base import BaseSender
from flux_desktop.flux.turns import Turn

_ROW_TEXT_CHARS = 160


Gap = tuple[float, float]
"""First and last second of the audio that no stream transcribed."""


class StateChange(NamedTuple):
    """A new state of the connection, with what explains it where there is such a thing."""

    state: ConnectionState
    problem: Problem | None = None
    gap: Gap | None = None
    closed_turn: Turn | None = None
    cut_s: float | None = None


class ConnectionReport:
    """Times (seconds), counts and the ending of one connection, joined with what its parts have counted."""

    def __init__(self, conn: int) -> None:
        self.connected_s: float | None = None
        """From the first attempt to the Connected message."""
        self.close_s: float | None = None
        """From CloseStream to the end of the stream."""
        self.rotations = 0
        self.retries = 0
        self.reconnects = 0
        self.unheard_s = 0.0
        """Seconds of audio in the gaps of the reconnects."""
        self.ledger: LedgerClass | None = None
        self._conn = conn
        self._problem: Problem | None = None
        self._duration_s = 0.0
        self._stream: OpenStream | None = None

    def ended(self, ledger: LedgerClass, problem: Problem | None, duration_s: float, stream: OpenStream | None) -> None:
        """Note the ending; `stream` is None where none was opened."""
        self.ledger, self._problem, self._duration_s, self._stream = ledger, problem, duration_s, stream

    def changed(
        self, change: StateChange, t: float, request_id: str | None, stream: OpenStream | None
    ) -> ConnectionChanged:
        """The event of a change at `t` (seconds of the run); `stream` is None where none is open."""
        return ConnectionChanged(
            t=t,
            conn=self._conn,
            state=change.state,
            request_id=request_id,
            aws_request_id=(stream.aws_request_id or None) if stream else None,
            variant=(stream.invoked_variant or None) if stream else None,
            rotations=self.rotations,
            retries=self.retries,
            reconnects=self.reconnects,
            problem=change.problem,
            gap=change.gap,
            closed_turn=change.closed_turn,
            cut_s=change.cut_s,
        )

    def row(
        self, state: ConnectionState, receiver: Receiver, sender: BaseSender, controls: ControlChannel
    ) -> ConnectionRow:
        """The connection at a glance; percentiles are those of about the last minute."""
        recent_ms = receiver.latencies.recent_user_ms()
        return ConnectionRow(
            conn=self._conn,
            state=state,
            ledger=self.ledger,
            turn_state=receiver.tracker.state.value,
            turns=len(receiver.final_turns),
            text=receiver.last_text[-_ROW_TEXT_CHARS:],
            request_id=receiver.request_id,
            update_latency_ms=receiver.latencies.newest_user_ms,
            update_p50_ms=rank_of(recent_ms, 50),
            update_p95_ms=rank_of(recent_ms, 95),
            pacing_p99_ms=rank_of(sender.recent_errors_s, 99, unit_ms=1000),
            chunks_sent=sender.chunks_sent,
            sent_bytes=sender.sent_bytes,
            late_chunks=sender.late_chunks,
            position_s=sender.audio_clock.audio_s,
            parameters=controls.parameters.state,
            retries=self.retries,
            reconnects=self.reconnects,
            problem=self._problem,
        )

    def summary(self, receiver: Receiver, sender: BaseSender, controls: ControlChannel) -> ConnectionSummary:
        """Everything about the connection, after `ended`."""
        assert self.ledger is not None
        stream = self._stream
        update, wire = receiver.latencies.percentiles()
        return ConnectionSummary(
            conn=self._conn,
            ledger=self.ledger,
            problem=self._problem,
            request_id=receiver.request_id,
            aws_request_id=(stream.aws_request_id or None) if stream else None,
            chunks_sent=sender.chunks_sent,
            sent_bytes=sender.sent_bytes,
            late_chunks=sender.late_chunks,
            turns=len(receiver.final_turns),
            event_counts=dict(receiver.event_counts),
            final_texts=[turn.transcript for turn in receiver.final_turns],
            violations=dict(receiver.violations),
            configure_acks=controls.acks,
            configure_failures=controls.failures,
            languages_detected=sorted(receiver.languages_detected),
            languages_hinted=sorted(receiver.languages_hinted),
            first_end_of_turn_s=receiver.first_end_of_turn_s,
            connect_s=stream.timings.tcp_tls_s if stream else None,
            headers_s=stream.timings.headers_s if stream else None,
            connected_s=self.connected_s,
            close_s=self.close_s,
            duration_s=self._duration_s,
            rotations=self.rotations,
            retries=self.retries,
            reconnects=self.reconnects,
            audio_s=round(sender.audio_clock.audio_s if sender.audio_end_s is None else sender.audio_end_s, 3),
            sent_s=round(sender.audio_clock.audio_s, 3),
            unheard_s=round(self.unheard_s, 3),
            update=update,
            wire=wire,
            pacing=of_values(sender.recent_errors_s, unit_ms=1000),
            words=receiver.timing.errors if receiver.timing.errors.n else None,
        )
