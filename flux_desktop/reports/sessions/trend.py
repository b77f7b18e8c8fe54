"""One figure over many sessions: those that were recorded like a chosen one, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from flux_desktop.evaluation.statistics.intervals import Estimate, around
from flux_desktop.reports.findings import EVIDENCE
from flux_desktop.reports.sessions.facts import FIGURES, SCORED_FIGURE, SessionFacts


class TrendPoint(Struct, frozen=True, kw_only=True):
    """A session's value of the figure, as the run measured it, or as scored; `n` is how many values it is of.

    `low` and `high` are the 95 % interval; None where there is none, or it has not been read.
    """

    name: str
    wall_time: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None
    usable: bool
    """A run that is INVALID, cut off or interrupted is shown, but is no part of the trend."""


class Trend(Struct, frozen=True, kw_only=True):
    """A trend, and what its sessions have in common."""

    schema: int = 1
    figure: str
    label: str
    common: str
    points: tuple[TrendPoint, ...] = ()

    def values(self) -> list[float]:
        """The usable values."""
        return [point.value for point in self.points if point.usable]


def trend(sessions: Sequence[SessionFacts], like: SessionFacts, figure: str) -> Trend:
    """The figure of all sessions with the endpoint, data, kind, number of connections and settings of `like`."""
    alike = alike_to(sessions, like)
    points = tuple(point for each in alike if (point := _point(each, figure)) is not None)
    word = "connection" if like.connections == 1 else "connections"
    parts = (like.endpoint, like.data, like.kind, f"{like.connections} {word}", *like.settings)
    common = ", ".join(filter(None, parts))
    return Trend(figure=figure, label=FIGURES[figure], common=common, points=points)


def _point(session: SessionFacts, figure: str) -> TrendPoint | None:
    read = session.intervals.get(figure, Estimate())
    value, n = session.figures.get(figure, (read.value, read.n))
    if value is None:
        return None
    known = around(value, n, read)
    return TrendPoint(
        name=session.name,
        wall_time=session.wall_time,
        value=value,
        n=n,
        low=known.low,
        high=known.high,
        usable=session.verdict in EVIDENCE,
    )


def no_points(figure: str) -> str:
    """Why a trend is empty."""
    why = " It needs reference texts."
    return f"No ended session with these settings has the figure.{why * (figure == SCORED_FIGURE)}"


def alike_to(sessions: Sequence[SessionFacts], like: SessionFacts) -> list[SessionFacts]:
    """Those that were recorded like one of them, in the order of time."""
    alike = (each for each in sessions if _likeness(each) == _likeness(like))
    return sorted(alike, key=lambda each: (each.wall_time, each.name))  # names are in the local time of the machine


def interval_words(point: TrendPoint) -> str:
    """The interval and n of a point."""
    interval = "no interval" if point.low is None or point.high is None else f"{point.low:.1f} to {point.high:.1f}"
    return f"{interval}, n = {point.n:,}"


def _likeness(session: SessionFacts) -> tuple[str, str, str, int, tuple[str, ...]]:
    return session.endpoint, session.data, session.kind, session.connections, session.settings
