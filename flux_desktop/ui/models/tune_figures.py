"""The figures of a setting as lines of a table, next to those of the setting that Live uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.evaluation.turns.turn_figures import HOLD_LENGTHS_S, TurnFigures, is_too_few
from flux_desktop.ui.models.tune_curve import CurvePoint

NONE = "–"  # noqa: RUF001
POINT_ROWS = ("cut off, of holds", "wait p50")
"""The lines that a point of the curve has."""


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure: its value, 95 % interval and n, the same of the current setting, and what it is."""

    name: str
    value: str
    interval: str
    n: str
    current: str
    meaning: str


@dataclass(frozen=True, slots=True)
class LengthBar:
    """Cut-offs among the holds of one length; shares are 0 to 1, None where there are no such holds."""

    name: str
    share: Estimate
    too_few: bool

    @property
    def cut(self) -> int:
        """Holds cut off."""
        return round((self.share.value or 0.0) * self.share.n)


class _Row(NamedTuple):
    name: str
    field: str
    level: str
    """Of a latency."""
    is_share: bool
    meaning: str


_ROWS = (
    _Row(
        POINT_ROWS[0],
        "cut_offs_per_hold",
        "",
        True,
        "Share of the silences of 0.2 to 5 s within a turn in which the turn was ended.",
    ),
    _Row(
        "cut off, of turns",
        "cut_offs_per_turn",
        "",
        True,
        "Share of the turns that were ended at least once before the speaker had finished.",
    ),
    _Row(
        POINT_ROWS[1],
        "decision_latency_ms",
        "p50",
        False,
        "From the true end of a turn to the decision: half of the turns wait no longer.",
    ),
    _Row(
        "wait p95",
        "decision_latency_ms",
        "p95",
        False,
        "From the true end of a turn to the decision: 95 % of the turns wait no longer.",
    ),
    _Row("missed", "missed", "", True, "Share of the turns without an end of turn within 3 s of their true end."),
    _Row("by timeout", "ended_by_timeout", "", True, "Share of the turns that only the timeout ended."),
    _Row(
        "eager gain p50",
        "eager_lead_ms",
        "p50",
        False,
        "Median time by which the eager end of turn precedes the end of turn.",
    ),
    _Row(
        "eager resumed",
        "eager_waste",
        "",
        True,
        "Share of the eager ends of turn that were withdrawn because the speaker continued.",
    ),
)


def unknown_lines() -> list[FigureLine]:
    """The table while its figures are computed, so that it has its height from the first."""
    return [FigureLine(row.name, NONE, NONE, NONE, NONE, row.meaning) for row in _ROWS]


def figure_lines(
    figures: TurnFigures, current: TurnFigures | None, point: CurvePoint | None = None
) -> list[FigureLine]:
    """The table of one setting. With `point` the figures are those of another one, of which only the point is known."""
    known = {} if point is None else {POINT_ROWS[0]: point.cut_share, POINT_ROWS[1]: point.wait_ms}
    lines = []
    for name, field, level, is_share, meaning in _ROWS:
        estimate = known.get(name) or _estimate(figures, field, level)
        beside = None if current is None else _estimate(current, field, level)
        lines.append(
            FigureLine(
                name=name,
                value=value_text(estimate, is_share=is_share),
                interval=interval_text(estimate, is_share=is_share),
                n=f"{estimate.n:,}",
                current=NONE if beside is None else value_text(beside, is_share=is_share),
                meaning=meaning,
            )
        )
    return lines


def length_bars(figures: TurnFigures) -> list[LengthBar]:
    """Cut-offs by the length of the hold."""
    shares = figures.cut_offs_by_hold_length
    return [LengthBar(name.replace("-", "–"), shares[name], is_too_few(shares[name])) for name in HOLD_LENGTHS_S]  # noqa: RUF001


def headline(point: CurvePoint, current: CurvePoint) -> str:
    """The setting against the current one, in one sentence; intervals that overlap decide nothing."""
    share, current_share = point.cut_share.value, current.cut_share.value
    if share is None or current_share is None or point.wait_ms.value is None or current.wait_ms.value is None:
        return "This data does not say how the two settings differ."
    words = f"{100 * share:.0f} of 100 holds cut off, {100 * current_share:.0f} with the current setting"
    longer_ms = point.wait_ms.value - current.wait_ms.value
    if point.setting == current.setting:
        return "This is the current setting."
    if abs(longer_ms) < 1:
        return f"{words} · the same wait (p50)"
    return f"{words} · wait {abs(longer_ms):,.0f} ms {'longer' if longer_ms > 0 else 'shorter'} (p50)"


def value_text(estimate: Estimate, *, is_share: bool) -> str:
    """A figure with its unit."""
    if estimate.value is None:
        return NONE if not estimate.n else "too few"
    return f"{100 * estimate.value:.1f} %" if is_share else f"{estimate.value:,.0f} ms"


def interval_text(estimate: Estimate, *, is_share: bool) -> str:
    """A figure's 95 % interval; a bound that the data does not give is said to be open."""
    if estimate.low is None:
        return NONE
    factor, digits, unit = (100.0, 1, "%") if is_share else (1.0, 0, "ms")
    low = f"{estimate.low * factor:,.{digits}f}"
    if estimate.high is None:
        return f"from {low} {unit}"
    return f"{low} to {estimate.high * factor:,.{digits}f} {unit}"


def _estimate(figures: TurnFigures, field: str, level: str) -> Estimate:
    value = getattr(figures, field)
    estimate = value[level] if level else value
    assert isinstance(estimate, Estimate)
    return estimate
