"""Base of the plots: a title, what is measured, and ways to pause and save."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QEvent, QObject, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPixmap, QRegion, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from flux_desktop.base.problem import ProblemError
from flux_desktop.reports.files import write_whole
from flux_desktop.ui.models.series import Floats, Series
from flux_desktop.ui.plots.axis_style import style_axes
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_XL, TYPE_TITLE_PX, font
from flux_desktop.ui.widgets.basics import IconButton, Panel, label
from flux_desktop.ui.widgets.file_dialogs import ask_plot
from flux_desktop.ui.widgets.legend import Legend

WINDOW_S = 30.0
"""Seconds that a live plot shows."""
HOVERED_MAX = 4
"""Values under the mouse that there is room for."""


class SecondsAxis(pg.AxisItem):  # type: ignore[misc]
    """Run seconds, each with its unit."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{value:g} s" for value in values]


class PlotPanel(Panel):
    """A framed plot over the run's seconds. Subclasses own the curves and draw in `draw`.

    While paused nothing moves and the mouse zooms; resuming returns to the newest `WINDOW_S`. Values under the mouse
    are shown in the footer.

    Signals:
        enlarge_wanted: it was double-clicked, or Enter was pressed on it.
    """

    enlarge_wanted = Signal()
    x_name = "t_s"
    """Heading of the x values in a table."""

    def __init__(self, theme: ThemeSource, title: str, subtitle: str, unit: str) -> None:
        self.pause_button = IconButton(theme, "pause", f"Pause {title.lower()}")
        self.pause_button.setCheckable(True)
        self.save_button = IconButton(theme, "download", f"Save {title.lower()} as an image or a table")
        super().__init__(title, subtitle, self.pause_button, self.save_button)
        self.theme = theme
        self._title = title
        self._unit = unit
        self.plot: Any = pg.PlotWidget(enableMenu=False, axisItems={"bottom": SecondsAxis(orientation="bottom")})
        self.plot.setAccessibleName(f"{title}: {subtitle}")
        self.plot.setMinimumHeight(56)
        self.plot.setToolTip("Double-click or press Enter to enlarge the plot or to restore it")
        for watched in (self.plot, self.plot.viewport()):
            watched.installEventFilter(self)
        self.item: Any = self.plot.getPlotItem()
        self.item.hideButtons()
        self.item.setClipToView(True)  # an hour of a run lies outside of what is shown
        self.item.setMouseEnabled(x=False, y=False)
        self.item.showGrid(x=False, y=True, alpha=0.25)
        self.item.getAxis("left").setWidth(44)
        self.item.getAxis("bottom").setHeight(20)
        self.body.setSpacing(4)
        self.body.addWidget(self.plot, 1)
        self.footer = label("", "caption")
        self.footer.setMinimumHeight(14)
        self.foot = QHBoxLayout()
        self.foot.addWidget(self.footer, 1)
        self.body.addLayout(self.foot)
        self.pause_button.toggled.connect(self._paused)
        self.save_button.clicked.connect(self._save_menu)
        # One connection a mouse move at most 20 times a second.
        self._hover = pg.SignalProxy(self.plot.scene().sigMouseMoved, rateLimit=20, slot=self._moved)
        self._words = ""
        self._mouse_at: QPointF | None = None
        """Where the mouse is in the plot's scene."""
        self._saved = ""
        """Where it was saved, or why not, until the mouse moves."""
        self._legend_in_foot: Legend | None = None
        self._shown: dict[Any, tuple[Series, int]] = {}
        theme.changed.connect(self.restyle)

    @property
    def heading(self) -> str:
        """What it shows, in a few words."""
        return self._title

    @property
    def paused(self) -> bool:
        """Whether the plot is paused."""
        return self.pause_button.isChecked()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()  # a run may have ended since it was last seen, and the clock with it

    def refresh(self) -> None:
        """Draw what is new; called by the window's clock."""
        if not self.paused and self.isVisible():
            self.draw()
            if self._mouse_at is not None:
                self._show_foot()

    def draw(self) -> None:
        """Set the curves' data."""
        raise NotImplementedError

    def columns(self) -> list[tuple[str, Floats, Floats]]:
        """What is saved as a table: name, x and y of each curve."""
        raise NotImplementedError

    def show_series(self, curve: Any, series: Series) -> None:
        """Give a curve its points, where any have come since the last time."""
        state = (series, series.revision)
        if self._shown.get(curve) != state:
            self._shown[curve] = state
            curve.setData(series.x, series.y)

    def say(self, words: str) -> None:
        """Show the newest figures under the plot; values under the mouse go first."""
        self._words = words
        self._show_foot()

    def follow(self, now_s: float) -> None:
        """Keep the newest seconds in view; moves by whole pixels, as less would be painted for nothing."""
        step_s = WINDOW_S / max(1.0, self.item.vb.width())
        end_s = max(WINDOW_S, math.ceil(now_s / step_s) * step_s)
        self.item.setXRange(end_s - WINDOW_S, end_s, padding=0)

    def scale_y(self, top: float, steps: tuple[float, ...]) -> None:
        """Scale y from 0 to the next of `steps` above `top`, so that the axis changes rarely."""
        self.item.setYRange(0, next((step for step in steps if step >= top), top * 1.1), padding=0.02)

    def place_of(self, x: float) -> str:
        """What the place under the mouse is called."""
        return f"at {x:.1f} s"

    def values_at(self, x: float) -> list[str]:
        """Values at the place under the mouse, the most important first."""
        values = [(name, nearest(xs, ys, x)) for name, xs, ys in self.columns()]
        return [f"{name} {value:.0f} {self._unit}" for name, value in values if value is not None]

    def restyle(self) -> None:
        """Take the theme's colours."""
        colours = self.theme.current
        self.plot.setBackground(QColor(colours.panel))
        style_axes(self.item, colours)

    def save(self, path: Path) -> None:
        """Write a PNG, or a CSV where the name says so; where that fails, the line under the plot says why."""
        if path.suffix.lower() == ".csv":
            content: str | bytes = table(self.columns(), self.x_name, self._unit)
        else:
            picture = QBuffer()
            self._picture().save(picture, "PNG")
            content = bytes(picture.data().data())
        try:
            write_whole(path, content)
        except ProblemError as error:
            self._saved = error.problem.sentence()
        else:
            self._saved = f"Saved in {path.parent}."
        self._show_foot()

    def _picture(self) -> QPixmap:
        """The plot with its title; in a deck, whose tab shows the title instead, frame and title are painted here."""
        if not self.title.isHidden():
            return self.grab()
        ratio, colours = self.devicePixelRatio(), self.theme.current
        room = QSize(2 * SPACE_M, SPACE_XL + 2 * SPACE_M)
        picture = QPixmap((self.size() + room) * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(colours.panel))
        painter = QPainter(picture)
        painter.setPen(QColor(colours.text))
        painter.setFont(font(TYPE_TITLE_PX, bold=True))
        painter.drawText(SPACE_M, SPACE_XL, self._title)
        where = QPoint(SPACE_M, SPACE_XL + SPACE_M)
        self.render(painter, where, QRegion(), QWidget.RenderFlag.DrawChildren)
        painter.end()
        return picture

    def _paused(self, on: bool) -> None:
        self.item.setMouseEnabled(x=on, y=on)
        self.pause_button.set_icon("play" if on else "pause")
        self.pause_button.setToolTip("Resume" if on else f"Pause {self._title.lower()}; the mouse wheel zooms")
        if not on:
            self.refresh()

    def _save_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, name in (("Save as PNG…", "png"), ("Save as CSV…", "csv")):
            menu.addAction(words, self._asker(name))
        menu.popup(self.save_button.mapToGlobal(self.save_button.rect().bottomLeft()))

    def _asker(self, suffix: str) -> Callable[[], None]:
        return lambda: ask_plot(self.window(), self._title, suffix, self.save)

    def _moved(self, arguments: tuple[Any, ...]) -> None:
        where = arguments[0]
        self._point_at(where if self.plot.sceneBoundingRect().contains(where) else None)

    def _point_at(self, where: QPointF | None) -> None:
        self._mouse_at, self._saved = where, ""
        self._show_foot()

    def _under_mouse(self) -> str:
        """The values where the mouse is: also when the plot moves under it, or another run begins."""
        if self._mouse_at is None:
            return ""
        x = self.item.vb.mapSceneToView(self._mouse_at).x()
        shown = " · ".join(self.values_at(x)[:HOVERED_MAX])
        return f"{self.place_of(x)}: {shown}" if shown else ""

    def put_in_foot(self, legend: Legend) -> None:
        """A legend in the footer's place, which it gives up to the values under the mouse."""
        self._legend_in_foot = legend
        self.foot.addWidget(legend, 1)
        self.footer.setFixedHeight(legend.height())
        self.footer.setWordWrap(True)
        self.footer.hide()

    def _show_foot(self) -> None:
        """Show the values under the mouse, where there are any, else the newest."""
        first = self._saved or self._under_mouse()
        if self._legend_in_foot is None:
            self.footer.setText(first or self._words)
            return
        self.footer.setText(first)
        self.footer.setVisible(bool(first))
        self._legend_in_foot.setVisible(not first)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_enter = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.type() == QEvent.Type.MouseButtonDblClick or (is_enter and event.type() == QEvent.Type.KeyPress):
            self.enlarge_wanted.emit()
            return True
        return super().eventFilter(watched, event)

    def leaveEvent(self, event: Any) -> None:
        self._point_at(None)
        super().leaveEvent(event)


def nearest(xs: Floats, ys: Floats, x: float) -> float | None:
    """The value whose x is the last one not after `x`; None before the first."""
    at = int(np.searchsorted(xs, x, side="right")) - 1
    return None if at < 0 else float(ys[at])


def table(columns: list[tuple[str, Floats, Floats]], x_name: str, unit: str) -> str:
    """The curves as CSV, one point a line."""
    lines = [f"series,{x_name},value_{unit}"]
    for name, xs, ys in columns:
        lines += [f"{name},{x:.3f},{y:.3f}" for x, y in zip(xs, ys, strict=True)]
    return "\n".join(lines) + "\n"
