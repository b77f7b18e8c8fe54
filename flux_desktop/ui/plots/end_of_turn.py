"""End of turn: how long after the last word a turn was ended, split into decision and delivery."""

from __future__ import annotations

import math
from itertools import count
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFontMetricsF

from flux_desktop.base.amounts import amount
from flux_desktop.engine.records.facts import Percentiles
from flux_desktop.ui.models import text
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.series import Floats
from flux_desktop.ui.plots.base import PlotPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import TYPE_CAPTION_PX, font
from flux_desktop.ui.widgets.legend import Entry, Legend

_STEPS_MS = (20.0, 50.0, 100.0, 200.0, 400.0, 600.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0, 70000.0)
TURNS_SHOWN = 24
_LABELS_APART_PX = 12


class TurnAxis(pg.AxisItem):  # type: ignore[misc]
    """Whole turn numbers only, as many as have room."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"turn {value:.0f}" if value == int(value) and value >= 0 else "" for value in values]

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        (widest,) = self.tickStrings([max(0.0, math.floor(high))], 1.0, 1.0)
        room_px = QFontMetricsF(font(TYPE_CAPTION_PX)).horizontalAdvance(widest) + _LABELS_APART_PX
        apart_min = room_px * (high - low) / size
        step = next(base * 10**power for power in count() for base in (1, 2, 5) if base * 10**power >= apart_min)
        first = math.ceil(max(0.0, low) / step) * step
        return [(float(step), [float(number) for number in range(first, math.floor(high) + 1, step)])]


class EndOfTurnPlot(PlotPanel):
    """The newest turns of the connection in front; the line under them is the whole run's."""

    x_name = "turn"

    def __init__(self, theme: ThemeSource, model: RunModel) -> None:
        super().__init__(theme, "End of turn", "after the last word of a turn, in ms · p50 of each part", "ms")
        self._model = model
        self._front: int | None = None
        self._drawn: list[tuple[int, float | None, float]] | None = None
        """Of each bar its turn, the time of its decision and that of its delivery."""
        self.item.setAxisItems({"bottom": TurnAxis(orientation="bottom")})
        self._decision: Any = pg.BarGraphItem(x=[], height=[], width=0.66)
        self._delivery: Any = pg.BarGraphItem(x=[], height=[], width=0.66)
        self.item.addItem(self._decision)
        self.item.addItem(self._delivery)
        self.legend = Legend(theme)
        self.body.insertWidget(self.body.count() - 1, self.legend)
        self.restyle()
        self.item.setXRange(-0.5, 7.5, padding=0)
        self.scale_y(400, _STEPS_MS)

    def set_front(self, conn: int | None) -> None:
        """Select the connection whose turns are shown."""
        self._front = conn

    def draw(self) -> None:
        shown = self._ended(4 * TURNS_SHOWN)[-TURNS_SHOWN:]
        bars = [(card.index, card.decision_ms, card.latency_ms or 0.0) for card in shown]
        x = np.array([float(turn) for turn, _, _ in bars])
        decision = np.array([max(0.0, decision_ms or 0.0) for _, decision_ms, _ in bars])
        delivery = np.array([max(0.0, delivery_ms) for _, _, delivery_ms in bars])
        if bars != self._drawn:
            self._drawn = bars
            self._decision.setOpts(x=x, height=decision, y0=0)
            self._delivery.setOpts(x=x, height=delivery, y0=decision)
        first = float(x[0]) if len(x) else 0.0
        self.item.setXRange(first - 0.5, max(first + 7.5, (float(x[-1]) if len(x) else 0.0) + 0.5), padding=0)
        self.scale_y(float((decision + delivery).max(initial=100.0)) * 1.05, _STEPS_MS)
        self.legend.show_entries(self._parts())
        self.say(self._sentence(shown))

    def columns(self) -> list[tuple[str, Floats, Floats]]:
        cards = self._ended()
        x = np.array([float(card.index) for card in cards])
        return [
            ("decision", x, np.array([card.decision_ms if card.decision_ms is not None else np.nan for card in cards])),
            ("delivery", x, np.array([card.latency_ms or 0.0 for card in cards])),
        ]

    def place_of(self, x: float) -> str:
        return f"turn {round(x)}"

    def values_at(self, x: float) -> list[str]:
        """Of the bar under the mouse."""
        parts = [(decision, delivery) for turn, decision, delivery in self._drawn or [] if turn == round(x)]
        return [
            f"{name} {text.milliseconds(value)}"
            for part in parts[-1:]
            for name, value in zip(("decision", "delivery"), part, strict=True)
            if value is not None
        ]

    def restyle(self) -> None:
        super().restyle()
        colours = self.theme.current
        self._decision.setOpts(brush=pg.mkBrush(colours.accent_dim), pen=pg.mkPen(None))
        self._delivery.setOpts(brush=pg.mkBrush(colours.accent), pen=pg.mkPen(None))

    def _ended(self, newest: int | None = None) -> list[Card]:
        """Turns that have ended, of the newest so many cards (None: of all)."""
        # The overview has no connection of its own: then the first one is shown.
        first = next(iter(self._model.conversations), None)
        conn = self._front if self._front in self._model.conversations else first
        if conn is None:
            return []
        every = self._model.conversations[conn].cards
        cards = every if newest is None else every[-newest:]
        return [card for card in cards if card.tone == "final" and card.latency_ms is not None]

    def _sentence(self, shown: list[Card]) -> str:
        shot = self._model.snapshot
        if shot is None:
            return ""
        whole = shot.figures.get("end_of_turn")
        if whole is None or not whole.n:
            if any(card.decision_ms is not None for card in shown):
                return "of a data set, only the turns of this connection"
            if shown:
                return "delivery only: no reference word times for these turns"
            began = any(conversation.turns for conversation in self._model.conversations.values())
            return "no turn has an end to measure yet" if began else "no turns have ended yet"
        return (
            f"p50 {text.milliseconds(whole.p50_ms)} · p95 {text.milliseconds(whole.p95_ms)} · {amount(whole.n, 'turn')}"
        )

    def _parts(self) -> tuple[Entry, ...]:
        """What the two parts of a bar are, with the run's median of each."""
        shot = self._model.snapshot
        figures = {} if shot is None else shot.figures
        parts = (("decision", "end_decision", "accent_dim"), ("delivery", "end_delivery", "accent"))
        return tuple(
            Entry(f"{words} {text.milliseconds(figures.get(name, Percentiles()).p50_ms)}", token)
            for words, name, token in parts
        )
