"""A line of `--summary-jsonl` as a type: what `summary_jsonl.connection_object` returns, for its JSON Schema."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from flux_desktop.reports.accuracy import ConnectionAccuracy

Figures = dict[str, float | int | None]


class ConnectionLine(Struct, kw_only=True, forbid_unknown_fields=True):
    """One connection. Times are in seconds (``_s``) or milliseconds (``_ms``)."""

    schema: int = 3
    version: str
    endpoint: str
    connection_id: int
    request_id: str | None
    connected: bool
    errored: bool
    error_messages: list[str]
    chunks_sent: int
    bytes_sent: int
    turns_eot: int
    turns_eager: int
    turns_resumed: int
    starts_of_turn: int
    updates: int
    event_counts: dict[str, int]
    configure_success: int
    configure_failure: int
    configure_acks: list[dict[str, Any]]
    configure_failures: list[dict[str, str]]
    languages_detected: list[str]
    languages_hinted: list[str]
    combined_final_text: str
    first_eot_latency_s: float | None
    session_duration_s: float
    ledger: str
    error_code: str | None
    aws_request_id: str | None
    late_chunks: int
    retries: int
    reconnects: int
    unheard_s: float
    turns: int
    final_texts: list[str]
    violations: dict[str, int]
    connect_s: float | None
    headers_s: float | None
    connected_s: float | None
    close_s: float | None
    word_errors: dict[str, Any] | None
    update_latency_user_clock: Figures
    update_latency_wire_clock: Figures
    pacing_error: Figures
    accuracy: ConnectionAccuracy | None
