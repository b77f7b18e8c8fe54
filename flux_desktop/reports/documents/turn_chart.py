"""The timeline of one turn as inline SVG: words above, the turn with its holds, and the decisions below."""

from __future__ import annotations

import math

from markupsafe import Markup, escape

from flux_desktop.reports.documents.turn_timelines import TimelineMark, TurnTimeline

WIDTH, HEIGHT = 720, 108
_LEFT, _RIGHT = 8, 8
_WORDS_Y, _BAR_Y, _BAR_PX, _MARKS_Y, _AXIS_Y = 14, 24, 16, 58, 94
_PX_PER_CHARACTER = 5.6
_LABEL_GAP_PX = 46
_TICKS = 6


def turn_chart(timeline: TurnTimeline) -> Markup:
    """A drawing without scripts; its label says the same in words."""
    span_s = timeline.until_s - timeline.from_s
    per_s = (WIDTH - _LEFT - _RIGHT) / span_s

    def x(at_s: float) -> float:
        return _LEFT + (at_s - timeline.from_s) * per_s

    body = [_rect("turn", x(timeline.start_s), (timeline.end_s - timeline.start_s) * per_s)]
    body += [_rect("hold", x(start_s), (end_s - start_s) * per_s) for start_s, end_s in timeline.holds]
    body += _words(timeline, per_s)
    end_x = x(timeline.end_s)
    body.append(f'<line class="true" x1="{end_x:.1f}" x2="{end_x:.1f}" y1="{_BAR_Y - 4}" y2="{_AXIS_Y - 14}"/>')
    free_x = -math.inf
    for mark in timeline.marks:
        at_x = x(mark.audio_s)
        body.append(_mark(mark, at_x))
        if mark.heard_s is not None:
            heard_x, y = x(mark.heard_s), _BAR_Y + _BAR_PX + 6
            body.append(f'<line class="arrival" x1="{at_x:.1f}" x2="{heard_x:.1f}" y1="{y}" y2="{y}"/>')
        if at_x >= free_x:
            name = "cut off" if mark.cuts_off else mark.event if mark.cause != "timeout" else "timeout"
            body.append(f'<text class="middle{_tone(mark)}" x="{at_x:.1f}" y="{_MARKS_Y + 12}">{escape(name)}</text>')
            free_x = at_x + _LABEL_GAP_PX
    step_s = next(step for step in (0.5, 1.0, 2.0, 5.0, 10.0, 60.0, math.inf) if span_s / step <= _TICKS * 2)
    first = math.ceil(timeline.from_s / step_s)
    for number in range(first, math.floor(timeline.until_s / step_s) + 1):
        tick_x = x(number * step_s)
        body.append(f'<line class="grid" x1="{tick_x:.1f}" x2="{tick_x:.1f}" y1="{_AXIS_Y - 14}" y2="{_AXIS_Y - 10}"/>')
        body.append(f'<text class="middle" x="{tick_x:.1f}" y="{_AXIS_Y + 2}">{number * step_s:g} s</text>')
    label = escape(f"{timeline.clip}, turn {timeline.turn}: {timeline.why}")
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT - 8}" role="img" aria-label="{label}">'
    return Markup(head + "".join(body) + "</svg>")  # noqa: S704 - numbers, and texts that were escaped


def _words(timeline: TurnTimeline, per_s: float) -> list[str]:
    """Those that have room between their neighbours."""
    drawn = []
    free_x = 0.0
    for text, start_s, _ in timeline.words:
        begin_x = _LEFT + (start_s - timeline.from_s) * per_s
        if begin_x < free_x or len(text) > 40:
            continue
        drawn.append(f'<text class="word" x="{begin_x:.1f}" y="{_WORDS_Y}">{escape(text)}</text>')
        free_x = begin_x + _PX_PER_CHARACTER * (len(text) + 1)
    return drawn


def _rect(name: str, at_x: float, width: float) -> str:
    return f'<rect class="{name}" x="{at_x:.1f}" y="{_BAR_Y}" width="{max(1.0, width):.1f}" height="{_BAR_PX}"/>'


def _mark(mark: TimelineMark, at_x: float) -> str:
    name = f"decision{_tone(mark)}"
    return f'<line class="{name}" x1="{at_x:.1f}" x2="{at_x:.1f}" y1="{_BAR_Y - 4}" y2="{_MARKS_Y}"/>'


def _tone(mark: TimelineMark) -> str:
    if mark.cuts_off:
        return " early"
    return "" if mark.event == "end" else " soft"
