"""Fixtures of the plots' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.plots.base import PlotPanel
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui import scripted

MakePlot = Callable[[type[PlotPanel]], PlotPanel]


@pytest.fixture
def model() -> RunModel:
    model = RunModel()
    model.reset(scripted.plan(2))
    return model


@pytest.fixture
def make_plot(qapp: QApplication, theme: ThemeSource, model: RunModel) -> Iterator[MakePlot]:
    """Makes a plot over `model`, and deletes it at the end."""
    plots: list[PlotPanel] = []

    def make(kind: type[PlotPanel]) -> PlotPanel:
        plots.append(kind(theme, model))  # type: ignore[call-arg, arg-type]
        plots[-1].resize(360, 220)
        return plots[-1]

    yield make
    for plot in filter(isValid, plots):  # a deck deletes its own
        plot.close()
        plot.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
