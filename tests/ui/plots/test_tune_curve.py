"""The curve: what it draws, and how a setting is chosen on it by mouse and keyboard."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.models.tune import TuneModel
from flux_desktop.ui.plots.tune_curve import TuneCurve
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import LIGHT
from tests.ui.conftest import press_together
from tests.ui.panels.tune_bench import record


@pytest.fixture
def model() -> TuneModel:
    return TuneModel()


@pytest.fixture
def curve(qtbot: QtBot, theme: ThemeSource, model: TuneModel) -> TuneCurve:
    curve = TuneCurve(theme, model)
    qtbot.addWidget(curve)
    curve.resize(600, 300)
    return curve


def test_nothing_is_drawn_without_a_recording(curve: TuneCurve) -> None:
    assert not any(part.isVisible() for part in (curve._best, curve._cloud, curve._handle, curve._limit, curve._public))


def test_the_best_settings_and_the_present_one_are_drawn(curve: TuneCurve, model: TuneModel) -> None:
    record(model, Setting(eot=0.6))
    curve.refresh()
    x, y = curve._best.getData()
    assert model.evaluation is not None
    assert len(x) == len(model.evaluation.best)
    assert list(y) == [point.wait_ms.value for point in model.evaluation.best]
    assert curve._handle.pos().x() == pytest.approx(10.0)
    assert model.current_point is not None
    assert curve._current.getData()[0][0] == pytest.approx(100 * (model.current_point.cut_share.value or 0.0))
    assert len(curve._cloud.getData()[0]) > 100
    assert "10.0 %" in curve.accessibleName()
    low, high = curve._bars.getData()[0][:2]
    assert low < 10.0 < high


def test_the_axis_shows_few_cut_offs_and_follows_the_point(curve: TuneCurve, model: TuneModel) -> None:
    record(model, Setting(eot=0.95))
    model.set_current(Setting(eot=0.95))
    curve.refresh()
    assert curve._widest <= 20.0
    assert curve.getPlotItem().viewRange()[0][1] < 22.0
    model.point = msgspec.structs.replace(model.point, cut_share=Estimate(0.42, 0.3, 0.5, 40))
    curve.refresh()
    assert curve.getPlotItem().viewRange()[0][1] > 42.0
    assert not any(name.isVisible() for name in curve._public.names), "they would lie on each other"


def test_the_published_figures_can_be_hidden(curve: TuneCurve, model: TuneModel) -> None:
    record(model)
    curve.refresh()
    assert curve._public.isVisible()
    curve.show_public(False)
    curve.refresh()
    assert not curve._public.isVisible()


@pytest.mark.parametrize("width_px", [400, 900])
def test_labels_keep_off_the_handle_and_each_other(curve: TuneCurve, model: TuneModel, width_px: int) -> None:
    record(model)
    model.set_current(model.setting)  # both marks are at one place
    curve.show()
    curve.refresh()
    curve.resize(width_px, 300)
    view = curve.getPlotItem().getViewBox()

    def box(name: Any) -> QRectF:
        return QRectF(view.mapViewToScene(name.pos()), name.textItem.boundingRect().size())

    at = view.mapViewToScene(curve._handle.pos())
    taken = [QRectF(at.x() - 8, at.y() - 8, 16, 16)]
    names = [curve._current_name, *(name for name in curve._public.names if name.isVisible() and name.pos().y() > 0)]
    assert len(names) > 1
    for name in names:
        assert not any(box(name).intersects(other) for other in taken), name.toPlainText()
        taken.append(box(name))


def test_the_handle_that_is_dragged_reports_a_share(curve: TuneCurve, model: TuneModel) -> None:
    record(model)
    curve.refresh()
    shares: list[float] = []
    curve.point_dragged.connect(shares.append)
    curve._handle.setPos(7.5, 500)
    assert shares == [0.075]
    curve.refresh()
    assert len(shares) == 1, "following the model is no dragging"


def test_the_arrow_keys_step_and_move_the_limit(curve: TuneCurve, model: TuneModel) -> None:
    record(model)
    curve.refresh()
    steps: list[int] = []
    limits: list[float] = []
    curve.stepped.connect(steps.append)
    curve.limit_moved.connect(limits.append)
    QTest.keyClick(curve, Qt.Key.Key_Right)
    QTest.keyClick(curve, Qt.Key.Key_Left)
    assert steps == [1, -1]
    press_together(curve, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert limits == [pytest.approx(0.205)]


def test_the_limit_is_that_of_the_selected_preset(curve: TuneCurve, model: TuneModel) -> None:
    record(model)
    model.selected = 0
    curve.refresh()
    assert curve._limit.value() == pytest.approx(50.0)
    model.selected = None
    curve.refresh()
    assert not curve._limit.isVisible()


def test_it_takes_the_colours_of_the_theme(curve: TuneCurve, theme: ThemeSource, model: TuneModel) -> None:
    record(model)
    curve.refresh()
    theme.current = LIGHT  # not by `set_mode`, which changes the application's own style
    theme.changed.emit()
    assert curve.backgroundBrush().color() == QColor(LIGHT.panel)
