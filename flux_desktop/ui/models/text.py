"""Figures and states in words: the one place that decides how the window says things."""

from __future__ import annotations

from flux_desktop.engine.records.facts import ConnectionState, LedgerClass

STATE_WORDS = {
    ConnectionState.WAITING: "waiting",
    ConnectionState.CONNECTING: "connecting",
    ConnectionState.OPENED: "opened, waiting for Connected",
    ConnectionState.STREAMING: "streaming",
    ConnectionState.RECONNECTING: "reconnecting",
    ConnectionState.DRAINING: "finishing",
    ConnectionState.ENDED: "ended",
}

TURN_STATE_WORDS = {"Ready": "Ready", "Speaking": "Speaking", "AwaitingEnd": "Awaiting end"}

ENDED_BY_WORDS = {
    "model": "model",
    "timeout": "timeout",
    "manual": "forced",
    "closed": "no EndOfTurn",
    "unknown": "ended",
}

GOOD_CLASSES = frozenset({LedgerClass.COMPLETED})


def clock(seconds: float) -> str:
    """Minutes and seconds, such as 01:05; hours where they are needed."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes:02d}:{left:02d}"


def milliseconds(value: float | None) -> str:
    """A latency with its unit, or a dash where there is none."""
    if value is None:
        return "–"  # noqa: RUF001 - a dash is meant
    return f"{value:.0f} ms" if abs(value) < 10_000 else f"{value / 1000:.1f} s"


def percent(share: float | None) -> str:
    """A share from 0 to 1 as whole percent."""
    return "–" if share is None else f"{share * 100:.0f} %"  # noqa: RUF001 - a dash is meant


def span(start_s: float, end_s: float | None) -> str:
    """Where a turn lies in the audio: its two ends, or its start while it is open."""
    return f"{start_s:.1f} s …" if end_s is None else f"{start_s:.1f} – {end_s:.1f} s"  # noqa: RUF001


_SPOKEN = {str(LedgerClass.GENERATOR_LOST): "lost with a generator"}


def ledger_sentence(ledger: dict[str, int]) -> str:
    """The streams by state or class, such as `8 streaming · 2 completed`; empty classes are left out."""
    return " · ".join(f"{number:,} {_SPOKEN.get(name, name)}" for name, number in ledger.items() if number)
