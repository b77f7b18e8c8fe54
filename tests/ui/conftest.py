"""Fixtures of the window's tests: off-screen unless a display was asked for, one stage for real windows."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol

import msgspec
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from flux_desktop.ui.app import launch
from flux_desktop.ui.services.account import Account
from flux_desktop.ui.services.engine_port import EngineFactory
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window import main_window
from flux_desktop.ui.window.main_window import MainWindow
from tests.waiting import PATIENCE_S

Live = Callable[[MainWindow], Awaitable[None]]


class Stage(Protocol):
    """Lets a test live in a real window."""

    def __call__(self, make_engine: EngineFactory, live: Live, account: Account | None = None) -> None: ...


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[ThemeSource]:
    """The dark theme, for one widget; the application's own style is left alone."""
    source = ThemeSource(qapp, "dark")
    yield source
    source.deleteLater()


@pytest.fixture(scope="session")
def styled_app(qapp: QApplication) -> QApplication:
    """The application as the program sets it up: once."""
    return launch.make_app()


@pytest.fixture
def stage(styled_app: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Puts a real window on a qasync loop, lets the test live in it, closes it and looks for leaks.

    The window gives up no task in time on its way out: what has not ended by then fails the test.
    """
    monkeypatch.setattr(main_window, "CLOSE_MAX_S", PATIENCE_S / 2)
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    before = top_level_widgets()

    def play(make_engine: EngineFactory, live: Live, account: Account | None = None) -> None:
        loop = qasync.QEventLoop(styled_app)
        asyncio.set_event_loop(loop)
        options = argparse.Namespace(theme="dark", connections=2)
        window = launch.make_window(styled_app, options, make_engine, account)

        async def whole() -> None:
            closed = asyncio.Event()
            window.closed.connect(closed.set)
            window.begin()
            try:
                await live(window)
            finally:
                window.close()
                await asyncio.wait_for(closed.wait(), PATIENCE_S)
            assert set(window.tasks.running()) <= {"closing"}
            others = [t.get_name() for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            assert set(others) <= {"closing"}, f"tasks left: {others}"

        try:
            with loop:
                loop.run_until_complete(whole())
            left = [timer for timer in window.findChildren(QTimer) if timer.isActive()]
            assert not left, f"timers left, in ms, and of: {[(each.interval(), each.parent()) for each in left]}"
        finally:
            asyncio.set_event_loop(None)
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    yield play
    for number, handler in zip((signal.SIGINT, signal.SIGTERM), handlers, strict=True):
        signal.signal(number, handler)
    gc.collect()  # pyqtgraph's plots hold themselves in cycles
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    styled_app.setStyleSheet("")  # as a program that starts: the next window is put together in a third of the time
    assert top_level_widgets() <= before, "widgets left"


def top_level_widgets() -> set[QWidget]:
    """Windows and dialogs. The plots' own menus have no parent and live as long as a logged traceback."""
    return {widget for widget in QApplication.topLevelWidgets() if not isinstance(widget, QMenu)}


async def until(condition: Callable[[], bool], what: str, timeout_s: float = PATIENCE_S) -> None:
    """Wait for a condition on what the window shows."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + timeout_s
    while not condition():
        assert loop.time() < end_s, f"waited {timeout_s} s for: {what}"
        await asyncio.sleep(0.01)


def choose_options(window: MainWindow, **changes: object) -> None:
    """Choose Flux parameters as a person would in the panel."""
    choices = window.state.choices
    choices.options = msgspec.structs.replace(choices.options, **changes)
    window.state.changed()


def press_together(window: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    """Press a key with Ctrl or Shift and let go of all: `keyClick` alone leaves the last one held for later tests."""
    QTest.keyClick(window, key, modifiers)
    QTest.keyRelease(window, Qt.Key.Key_Control)
    assert QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier
