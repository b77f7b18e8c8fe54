"""The account of a run over its whole length: streams, instances, CloudWatch, scaling target and latency."""

from __future__ import annotations

import math

import numpy as np

from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline, Point
from flux_desktop.ui.models.observed_account import ObservedAccount
from flux_desktop.ui.models.series import Floats
from flux_desktop.ui.plots.account_lines import AccountLines, account_entries
from flux_desktop.ui.plots.base import PlotPanel, nearest
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.basics import plain_tip
from flux_desktop.ui.widgets.legend import Legend

ACCOUNT = "Account"


class AccountPlot(PlotPanel):
    """Redrawn once a second at most, as its newest figures are seconds old."""

    def __init__(self, theme: ThemeSource, observed: ObservedAccount) -> None:
        super().__init__(theme, ACCOUNT, "open streams, instances and CloudWatch", "streams")
        self._observed = observed
        self._drawn: tuple[int, ...] = ()
        self.lines = AccountLines(self.item)
        self.legend = Legend(theme, lines_max=2)
        self.put_in_foot(self.legend)
        self.restyle()

    @property
    def offered(self) -> bool:
        """Whether anything is known of the account of the run that is shown."""
        return bool(self._observed.records)

    def draw(self) -> None:
        state = (*self._observed.read_state, math.floor(self._observed.now_s))
        if state == self._drawn:
            return
        self._drawn = state
        self.plot.setAccessibleName(self.lines.draw(self._observed, self.theme.current))
        self.plot.setToolTip(plain_tip("\n".join(self._observed.timeline.lines())))
        self.legend.show_entries(account_entries(self._observed, "Update p95, wire clock"))

    def columns(self) -> list[tuple[str, Floats, Floats]]:
        return [(name, *_floats(points)) for name, points in _named(self._observed.timeline) if points]

    def values_at(self, x: float) -> list[str]:
        values = [(name, nearest(xs, ys, x)) for name, xs, ys in self.columns()]
        return [f"{value:,.0f} {name}" for name, value in values if value is not None]

    def restyle(self) -> None:
        super().restyle()
        self.lines.restyle(self.theme.current)
        self._drawn = ()

    def _paused(self, on: bool) -> None:
        super()._paused(on)
        self.item.setMouseEnabled(x=on, y=False)


def _named(timeline: AccountTimeline) -> list[tuple[str, tuple[Point, ...]]]:
    return [
        ("open", timeline.connected),
        ("by CloudWatch", timeline.cloudwatch),
        ("instances in service", timeline.running),
        ("desired", timeline.desired),
        ("planned", timeline.planned),
        ("ms Update p95", timeline.p95_ms),
    ]


def _floats(points: tuple[Point, ...]) -> tuple[Floats, Floats]:
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return x, y
