"""The figures that can be limited, in groups and with what they mean."""

from __future__ import annotations

from typing import NamedTuple

from flux_desktop.engine.records.figure_names import FIGURES
from flux_desktop.engine.records.pass_criteria import METRICS

DURATIONS: dict[str, str] = {
    "update": "Update latency, user clock",
    "wire": "Update latency, wire clock",
    "pacing": "Pacing: how late chunks are sent",
    "first_transcript": "First word spoken → first text",
    "start_of_turn": "First word spoken → StartOfTurn",
    "end_of_turn": "Last word spoken → EndOfTurn",
    "end_decision": "End of turn: decision by Flux",
    "end_delivery": "End of turn: delivery to here",
    "eager_lead": "Time gained by EagerEndOfTurn",
    "configure": "Change of parameters → confirmed",
    "connect": "Opening: TCP and TLS",
    "headers": "Opening: accepted by the service",
    "connected": "Opening: Connected message",
    "close": "Orderly end of a stream",
}
_PARTS = {
    "p50_ms": "median",
    "p95_ms": "95 % are below",
    "p99_ms": "99 % are below",
    "max_ms": "largest value",
}
OTHERS: dict[str, str] = {
    "completed": "connections that completed",
    "completed_percent": "share of connections that completed",
    "not_started": "connections that were not started",
    "connect_failed": "connections that could not be opened",
    "never_connected": "connections without a Connected message",
    "failed": "connections that failed in mid-stream",
    "no_transcript": "connections without any text",
    "generator_lost": "connections whose machine was lost",
    "retries": "openings that were repeated",
    "reconnects": "streams that were lost and reopened",
    "word_error_percent": "WER or CER against the reference text",
}


class Group(NamedTuple):
    """Figures that belong together: pairs of a name, as limits are written, and its meaning."""

    title: str
    figures: tuple[tuple[str, str], ...]


def groups() -> list[Group]:
    """All figures: one group for each duration, one for counts and shares."""
    durations = [
        Group(DURATIONS[kind], tuple((f"{kind}_{part}", words) for part, words in _PARTS.items())) for kind in FIGURES
    ]
    rest = tuple((name, OTHERS[name]) for name in METRICS if name in OTHERS)
    return [*durations, Group("Connections and words", rest)]
