"""What one stream came to, in figures: its row while it runs and its summary at the end."""

from __future__ import annotations

from flux_desktop.aws.stream.opener import SageMakerStream
from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.connection.receiver import Receiver
from flux_desktop.engine.connection.stream import Leg
from flux_desktop.engine.measuring.histogram import of_values
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ConnectionSummary, LedgerClass
from flux_desktop.engine.sending.base import BaseSender

_ROW_TEXT_CHARS = 160


class ConnectionReport:
    """Times (seconds) and the ending of one stream, joined with what its parts have counted."""

    def __init__(self, conn: int) -> None:
        self.connected_s: float | None = None
        """From the first attempt to the Connected message."""
        self.close_s: float | None = None
        """From CloseStream to the end of the stream."""
        self.rotations = 0
        """How often the connection changed over to a new stream."""
        self.retries = 0
        self.reconnects = 0
        self.unheard_s = 0.0
        """Seconds of audio in the gaps of the reconnects."""
        self.ledger: LedgerClass | None = None
        self._conn = conn
        self._problem: Problem | None = None
        self._duration_s = 0.0
        self._stream: SageMakerStream | None = None

    def ended(
        self, ledger: LedgerClass, problem: Problem | None, duration_s: float, stream: SageMakerStream | None
    ) -> None:
        """Note the ending; `stream` is None where none was opened."""
        self.ledger, self._problem, self._duration_s, self._stream = ledger, problem, duration_s, stream

    def note_close(self, leg: Leg) -> None:
        """Note how long the end took."""
        self.close_s = leg.close_after_s

    def row(
        self, state: ConnectionState, conversation: Receiver, sender: BaseSender, controls: ControlChannel
    ) -> ConnectionRow:
        """The stream at a glance; percentiles are those of about the last minute."""
        recent, options = of_values(conversation.recent_ms), controls.in_force
        return ConnectionRow(
            conn=self._conn,
            state=state,
            ledger=self.ledger,
            turn_state=conversation.tracker.state.value,
            turns=len(conversation.final_turns),
            text=conversation.last_text[-_ROW_TEXT_CHARS:],
            request_id=conversation.request_id,
            update_latency_ms=conversation.recent_ms[-1] if conversation.recent_ms else None,
            update_p50_ms=recent.p50_ms,
            update_p95_ms=recent.p95_ms,
            pacing_p99_ms=of_values(sender.recent_errors_s, unit_ms=1000).p99_ms,
            chunks_sent=sender.chunks_sent,
            late_chunks=sender.late_chunks,
            position_s=sender.audio_clock.audio_s,
            eot_threshold=options.eot_threshold,
            eager_eot_threshold=options.eager_eot_threshold,
            eot_timeout_ms=options.eot_timeout_ms,
            configure_pending=controls.pending,
            retries=self.retries,
            reconnects=self.reconnects,
            problem=self._problem,
        )

    def summary(self, conversation: Receiver, sender: BaseSender, controls: ControlChannel) -> ConnectionSummary:
        """Everything about the stream, after `ended`."""
        assert self.ledger is not None
        stream = self._stream
        return ConnectionSummary(
            conn=self._conn,
            ledger=self.ledger,
            problem=self._problem,
            request_id=conversation.request_id,
            aws_request_id=(stream.aws_request_id or None) if stream else None,
            chunks_sent=sender.chunks_sent,
            sent_bytes=sender.sent_bytes,
            late_chunks=sender.late_chunks,
            turns=len(conversation.final_turns),
            event_counts=dict(conversation.event_counts),
            final_texts=[turn.transcript for turn in conversation.final_turns],
            violations=dict(conversation.violations),
            configure_acks=controls.acks,
            configure_failures=controls.failures,
            languages_detected=sorted(conversation.languages_detected),
            languages_hinted=sorted(conversation.languages_hinted),
            first_end_of_turn_s=conversation.first_end_of_turn_s,
            connect_s=stream.timings.tcp_tls_s if stream else None,
            headers_s=stream.timings.headers_s if stream else None,
            connected_s=self.connected_s,
            close_s=self.close_s,
            duration_s=self._duration_s,
            rotations=self.rotations,
            retries=self.retries,
            reconnects=self.reconnects,
            unheard_s=round(self.unheard_s, 3),
            update=conversation.all_update_ms.percentiles(),
            wire=conversation.all_wire_ms.percentiles(),
            pacing=of_values(sender.recent_errors_s, unit_ms=1000),
            words=conversation.timing.errors if conversation.timing.errors.n else None,
        )
