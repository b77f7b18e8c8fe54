"""The panel around the curve: what to do before the first recording, and what is drawn after it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.tune import TuneModel
from flux_desktop.ui.panels.curve_panel import CurvePanel
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.panels.tune_bench import record


def test_before_the_first_recording_it_says_what_to_do(qtbot: QtBot, theme: ThemeSource) -> None:
    model = TuneModel()
    panel = CurvePanel(theme, model)
    qtbot.addWidget(panel)
    assert not panel.empty.isHidden()
    assert panel.curve.isHidden()
    record(model)
    panel.refresh()
    assert panel.empty.isHidden()
    assert not panel.curve.isHidden()
    assert "80 turns with 40 holds" in panel.subtitle.text()


def test_the_published_figures_are_dated_and_switched(qtbot: QtBot, theme: ThemeSource) -> None:
    model = TuneModel()
    record(model)
    panel = CurvePanel(theme, model)
    qtbot.addWidget(panel)
    assert "2026" in panel.public.text()
    assert "means" in panel.public.toolTip()
    panel.public.click()
    assert not panel.curve._public.isVisible()
