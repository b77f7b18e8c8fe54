"""Charts of a report as inline SVG: lines over time, and a capacity search's rungs. Pure, without scripts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from flux_desktop.evaluation.capacity.report import CapacityReport

Points = Sequence[tuple[float, float]]
WIDTH, HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 10, 30
_MARKS = {"PASS": "circle", "FAIL": "cross", "UNDECIDED": "diamond", "INVALID": "square"}


def line_chart(
    series: dict[str, Points], *, unit: str, label: str, limits: dict[str, float] | None = None, x_unit: str = "s"
) -> Markup:
    """Lines over seconds, or another unit, by name, with dashed limits; empty without points."""
    points = [point for line in series.values() for point in line]
    if len(points) < 2:
        return Markup()
    tops = [y for _, y in points] + list((limits or {}).values())
    scale = _Scale((min(x for x, _ in points), max(x for x, _ in points)), (0.0, max(tops) * 1.1 or 1.0))
    body = [_axes(scale, x_unit, unit)]
    for number, (name, line) in enumerate(series.items()):
        path = " ".join(f"{scale.x(x):.1f},{scale.y(y):.1f}" for x, y in line)
        body.append(f'<polyline class="line{number}" points="{path}"/>')
        body.append(f'<text class="name{number}" x="{_LEFT + 8 + 170 * number}" y="{_TOP + 12}">{escape(name)}</text>')
    body += [_limit(scale, name, value) for name, value in (limits or {}).items()]
    return _svg(label, body)


def capacity_chart(report: CapacityReport) -> Markup:
    """The first limited figure against the number of streams, with intervals, its limit, and verdicts by shape."""
    measured = [(rung, rung.measured[0]) for rung in report.rungs if rung.measured]
    rungs = [(rung, figure) for rung, figure in measured if figure.value_ms is not None]
    if not rungs or not report.criteria:
        return Markup()
    criterion = report.criteria[0]
    top = max([criterion.below_ms, *(min(m.value_ms or 0.0, 6 * criterion.below_ms) for _, m in rungs)])
    scale = _Scale((0.0, max(rung.streams for rung, _ in rungs) * 1.05), (0.0, top * 1.1))
    body = [_axes(scale, "streams", "ms"), _limit(scale, str(criterion), criterion.below_ms)]
    for rung, figure in rungs:
        x, y = scale.x(rung.streams), scale.y(figure.value_ms or 0.0)
        if figure.low_ms is not None and figure.high_ms is not None:
            low, high = scale.y(figure.low_ms), scale.y(figure.high_ms)
            body.append(f'<line class="bar" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>')
        body.append(_mark(rung.judgement, x, y))
    return _svg("Latency against the number of streams", body)


class _Scale:
    def __init__(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.x_range, self.y_range = x, y

    def x(self, value: float) -> float:
        low, high = self.x_range
        return _LEFT + (value - low) / ((high - low) or 1.0) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        low, high = self.y_range
        clipped = min(value, high)
        return HEIGHT - _BOTTOM - (clipped - low) / ((high - low) or 1.0) * (HEIGHT - _TOP - _BOTTOM)


def _svg(label: str, body: Sequence[str]) -> Markup:
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
    return Markup(head + "".join(body) + "</svg>")  # noqa: S704 - numbers, and texts that were escaped


def _axes(scale: _Scale, x_unit: str, y_unit: str) -> str:
    parts = []
    for value in _ticks(*scale.y_range):
        y = scale.y(value)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick end" x="{_LEFT - 6}" y="{y + 4:.1f}">{value:g}</text>')
    for value in _ticks(*scale.x_range):
        x, y = scale.x(value), HEIGHT - _BOTTOM + 16
        parts.append(f'<text class="tick middle" x="{x:.1f}" y="{y}">{value:g}</text>')
    parts.append(f'<text class="tick end" x="{WIDTH - _RIGHT}" y="{HEIGHT - 2}">{x_unit}</text>')
    parts.append(f'<text class="tick" x="2" y="{_TOP + 8}">{y_unit}</text>')
    return "".join(parts)


def _limit(scale: _Scale, name: str, value: float) -> str:
    y = scale.y(value)
    line = f'<line class="limit" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text class="tick end" x="{WIDTH - _RIGHT - 4}" y="{y - 4:.1f}">{escape(name)}</text>'


def _mark(judgement: str, x: float, y: float) -> str:
    shape = _MARKS[judgement]
    name = judgement.lower()
    if shape == "circle":
        return f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    if shape == "cross":
        d = f"M{x - 5:.1f},{y - 5:.1f}l10,10m0,-10l-10,10"
        return f'<path class="{name}" d="{d}"/>'
    if shape == "diamond":
        return f'<path class="{name}" d="M{x:.1f},{y - 6:.1f}l6,6l-6,6l-6,-6z"/>'
    return f'<rect class="{name}" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'


def _ticks(low: float, high: float) -> list[float]:
    """Four to eight round numbers within a range."""
    rough = (high - low) / 5 or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.ceil(low / step - 1e-9)
    return [round(step * number, 6) for number in range(first, math.floor(high / step + 1e-9) + 1)]
