"""Every control can be reached by keyboard and says what it is, in the window and in its dialogs."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenuBar,
    QProgressBar,
    QScrollArea,
    QScrollBar,
    QTabBar,
    QWidget,
)

from flux_desktop.ui.models.developer import LocalBehaviour
from flux_desktop.ui.models.ramp import STAGES, Ramp
from flux_desktop.ui.widgets.basics import ElidedLabel
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.menus import choose_behaviour
from tests.ui import scripted
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import replaying, with_sample

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QProgressBar,
    QTabBar,
)


def is_part_of_another(widget: QWidget) -> bool:
    """Made by Qt: scroll bars, the line of a spin box, the list of a combo box, the arrows of tab and menu bars."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QDialog):
        if isinstance(parent, QAbstractSpinBox | QComboBox | QLineEdit | QTabBar | QMenuBar):
            return True
        parent = parent.parentWidget()
    if isinstance(widget, QScrollBar):
        return True
    return isinstance(widget.parentWidget(), QAbstractItemView | QAbstractScrollArea)


def nameless(root: QWidget) -> list[str]:
    """Controls, and whatever takes the keyboard, without a name that a screen reader could say."""
    return [
        f"{type(widget).__name__} {widget.objectName()} in {type(widget.parentWidget()).__name__}"
        for widget in root.findChildren(QWidget)
        if (isinstance(widget, CONTROLS) or widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and not is_part_of_another(widget)
        and not widget.accessibleName().strip()
        and not (isinstance(widget, QAbstractButton) and widget.text().strip())
    ]


def reachable(window: MainWindow) -> set[QWidget]:
    """What the Tab key comes to, from where the focus is."""
    tab_stops: set[QWidget] = set()
    for _ in range(400):
        focused = QApplication.focusWidget()
        if focused is None or (focused in tab_stops and len(tab_stops) > 5):
            break
        tab_stops.add(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    return tab_stops


def test_every_control_says_what_it_is(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(
            lambda: window.state.run.ended is not None and bool(window.live_page.plots.plots), "the run has ended"
        )
        window.help.show_about()
        window.help.show_log()
        window.live_page.run_bar.choose_ramp()
        choose_behaviour(window, window.state)
        window.show_speech_models()
        window.live_page.transcripts.search.setText("Dashwood")
        window.live_page.transcripts.views()[0].raw_button.click()
        window.live_page.flux_panel.keyterms.set_terms(("Norland",))
        assert nameless(window) == []
        for dialog in window.findChildren(QDialog):
            dialog.reject()

    stage(replaying(scripted.scripted_run(2)), live)


def test_the_tab_key_comes_to_every_control_that_can_be_used(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_sample(window)
        window.starter.start()
        await until(
            lambda: window.state.run.ended is not None and bool(window.live_page.plots.plots), "the run has ended"
        )
        window.live_page.flux_panel.filters_button.click()
        window.activateWindow()
        window.live_page.run_bar.start_button.setFocus()
        await until(lambda: QApplication.focusWidget() is not None, "the window has the keyboard")
        reached = reachable(window)
        print(f"the Tab key comes to {len(reached)} controls")
        missed = [
            f"{type(widget).__name__} {widget.accessibleName()}"
            for widget in window.findChildren(QWidget)
            if isinstance(widget, CONTROLS)
            and not isinstance(widget, QProgressBar)
            and widget.isVisible()
            and widget.isEnabled()
            and not is_part_of_another(widget)
            and widget not in reached
        ]
        assert missed == []

    stage(replaying(scripted.scripted_run(2)), live)


def clipped(window: MainWindow) -> list[str]:
    """Words that are shown and have less room than they need; a line that ends in an ellipsis says so itself."""
    problems = []
    for label in window.findChildren(QLabel):
        if not label.isVisible() or not label.text() or isinstance(label, ElidedLabel):
            continue
        if label.wordWrap():
            fits = label.height() >= label.heightForWidth(label.width()) - 1
        else:
            fits = label.width() >= label.sizeHint().width() - 1
        if not fits:
            problems.append(f"{label.text()} in {type(label.parentWidget()).__name__}")
    for area in window.findChildren(QScrollArea):
        inside = area.widget()
        if area.isVisible() and inside is not None and inside.width() > area.viewport().width():
            problems.append(f"what is in {type(area).__name__} is {inside.width()} wide")
    for spin_box in window.findChildren(QAbstractSpinBox):
        line = spin_box.findChild(QLineEdit)
        if spin_box.isVisible() and line is not None:
            margins = line.textMargins()
            room = line.width() - margins.left() - margins.right()
            if line.fontMetrics().horizontalAdvance(line.text()) > room:
                problems.append(line.text())
    return problems


def test_no_words_are_clipped_at_the_smallest_size(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.resize(1280, 800)
        window.preview.levels.update = lambda wanted: None  # type: ignore[method-assign]
        window.preview.devices.watch = lambda on: None  # type: ignore[method-assign]
        await until(lambda: bool(window.live_page.plots.plots), "the plots are there")
        window.live_page.sound_panel.use_microphone(True)
        window.state.local = LocalBehaviour("stall-ms", 1400, "flux-english-20260311")
        window.state.changed()
        window.live_page.flux_panel.filters_button.click()
        await settled(window)
        await until(lambda: clipped(window) == [], "nothing is clipped before a run")
        await with_sample(window)
        window.live_page.run_bar.set_ramp(
            Ramp(way=STAGES, stages="10x30s,50x60s,100x2m,50x60s", limits="failed==0,update_n>1")
        )
        await settled(window)
        await until(lambda: clipped(window) == [], "nothing is clipped with a recording and a ramp")
        window.live_page.run_bar.set_ramp(Ramp())
        window.live_page.run_bar.connections.setValue(12)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        window.live_page.plots.show_plot("Streams")
        await settled(window)
        await until(lambda: clipped(window) == [], "nothing is clipped after a run")
        assert window.width() == 1280

    stage(replaying(scripted.scripted_run(12)), live)


async def settled(window: MainWindow) -> None:
    """Let the layouts take place, and the labels their words."""
    for _ in range(3):
        window.state.changed()
        window.live_page.plots.refresh()
        # Not processEvents: within a task it would run other tasks, which asyncio does not allow.
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        await asyncio.sleep(0)


def test_every_action_of_the_menus_has_its_own_shortcut_or_none(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        keys = [a.shortcut().toString() for a in window.findChildren(QAction) if not a.shortcut().isEmpty()]
        assert sorted(keys) == sorted(set(keys))
        assert len(keys) >= 20
        for wanted in ("Ctrl+R", "Ctrl+.", "F11", "Esc", "Ctrl+Shift+P", "Ctrl+Shift+D", "Ctrl+E"):
            assert QKeySequence(wanted).toString() in keys

    stage(replaying([]), live)
