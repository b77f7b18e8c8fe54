"""One JSON object per connection, with the field names that scripts around the former stress test already read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Percentiles
from flux_desktop.flux.messages import ConfigureFailure, ConfigureSuccess
from flux_desktop.reports.accuracy import RunAccuracy

SCHEMA = 3
"""2: `schema`, `version` and `endpoint` on every line. 3: `accuracy`."""
_NO_TURN_EVENTS = {"Connected", "ConfigureSuccess", "ConfigureFailure", "Warning", "Error"}
_NOT_CONNECTED = {LedgerClass.NOT_STARTED, LedgerClass.CONNECT_FAILED, LedgerClass.NEVER_CONNECTED}
_FAILED = _NOT_CONNECTED - {LedgerClass.NOT_STARTED} | {LedgerClass.FAILED, LedgerClass.GENERATOR_LOST}


def connection_object(summary: ConnectionSummary) -> dict[str, Any]:
    """The object of one connection: the names of the former stress test with their meaning, then further figures.

    Times are in seconds (``_s``) or milliseconds (``_ms``). `first_eot_latency_s` counts from the first attempt to
    connect, as in the former stress test, and so includes the speech itself; to judge a server, use
    `update_latency_user_clock`.
    """
    counts = {name: count for name, count in summary.event_counts.items() if name not in _NO_TURN_EVENTS}
    return {
        "connection_id": summary.conn,
        "request_id": summary.request_id,
        "connected": _was_connected(summary),
        "errored": summary.ledger in _FAILED,
        "error_messages": [summary.problem.sentence()] if summary.problem else [],
        "chunks_sent": summary.chunks_sent,
        "bytes_sent": summary.sent_bytes,
        "turns_eot": counts.get("EndOfTurn", 0),
        "turns_eager": counts.get("EagerEndOfTurn", 0),
        "turns_resumed": counts.get("TurnResumed", 0),
        "starts_of_turn": counts.get("StartOfTurn", 0),
        "updates": counts.get("Update", 0),
        "event_counts": counts,
        "configure_success": len(summary.configure_acks),
        "configure_failure": len(summary.configure_failures),
        "configure_acks": [_ack(echo) for echo in summary.configure_acks],
        "configure_failures": [_failure(failure) for failure in summary.configure_failures],
        "languages_detected": summary.languages_detected,
        "languages_hinted": summary.languages_hinted,
        "combined_final_text": " ".join(text.strip() for text in summary.final_texts if text.strip()),
        "first_eot_latency_s": _first_end_of_turn_s(summary),
        "session_duration_s": round(summary.duration_s, 4),
        "ledger": summary.ledger.value,
        "error_code": summary.problem.code if summary.problem else None,
        "aws_request_id": summary.aws_request_id,
        "late_chunks": summary.late_chunks,
        "retries": summary.retries,
        "reconnects": summary.reconnects,
        "unheard_s": summary.unheard_s,
        "turns": summary.turns,
        "final_texts": summary.final_texts,
        "violations": summary.violations,
        "connect_s": summary.connect_s,
        "headers_s": summary.headers_s,
        "connected_s": summary.connected_s,
        "close_s": summary.close_s,
        "word_errors": None if summary.words is None else msgspec.structs.asdict(summary.words),
        "update_latency_user_clock": _percentiles(summary.update),
        "update_latency_wire_clock": _percentiles(summary.wire),
        "pacing_error": _percentiles(summary.pacing),
    }


def _was_connected(summary: ConnectionSummary) -> bool:
    if summary.ledger is LedgerClass.GENERATOR_LOST:
        return summary.request_id is not None  # Connected has it
    return summary.ledger not in _NOT_CONNECTED


def summary_jsonl(
    summaries: Iterable[ConnectionSummary],
    *,
    version: str = "",
    endpoint: str = "",
    accuracy: RunAccuracy | None = None,
) -> str:
    """All connections, one object per line; each states the program's version, the run's endpoint and its accuracy."""
    encoder = msgspec.json.Encoder()
    run = {"schema": SCHEMA, "version": version, "endpoint": endpoint}
    by_connection = {each.conn: each for each in accuracy.connections} if accuracy is not None else {}
    return "".join(
        encoder.encode({**connection_object(each), "accuracy": by_connection.get(each.conn), **run}).decode() + "\n"
        for each in summaries
    )


def _ack(echo: ConfigureSuccess) -> dict[str, Any]:
    return {
        "thresholds": {} if echo.thresholds is None else msgspec.to_builtins(echo.thresholds),
        "keyterms": echo.keyterms or [],
        "language_hints": echo.language_hints or [],
    }


def _failure(failure: ConfigureFailure) -> dict[str, Any]:
    return {"code": failure.code or "", "description": failure.description or ""}


def _first_end_of_turn_s(summary: ConnectionSummary) -> float | None:
    if summary.first_end_of_turn_s is None:
        return None
    return round((summary.connected_s or 0.0) + summary.first_end_of_turn_s, 4)


def _percentiles(percentiles: Percentiles) -> dict[str, float | int | None]:
    return msgspec.structs.asdict(percentiles)
