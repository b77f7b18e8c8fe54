"""The self-test's look at the window: the picture, what is reported about it, and a missing library."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from flux_desktop.engine.self_test.self_test import Painted
from flux_desktop.ui.app import self_test_picture as module
from flux_desktop.ui.app.self_test_picture import paint
from flux_desktop.ui.window.main_window import MainWindow


@pytest.fixture
def no_window_left(qapp: QApplication) -> Iterator[None]:
    """Do what the end of the self-test's process does: end the loop and delete the window."""
    yield
    asyncio.set_event_loop(None)
    for window in QApplication.topLevelWidgets():
        if isinstance(window, MainWindow):
            assert not window.isVisible()
            window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()  # the plots hold themselves in reference cycles


@pytest.mark.usefixtures("no_window_left")
def test_the_whole_window_is_painted_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert paint(tmp_path / "window.png") == 0
    report = msgspec.json.decode(capsys.readouterr().out, type=Painted)
    picture = QImage(str(tmp_path / "window.png"))
    assert (picture.width(), picture.height()) == (report.width, report.height)
    assert report.width >= 1100
    assert report.colours > 10, "an empty window has one or two"
    assert report.usable_at_s > 0


@pytest.mark.usefixtures("no_window_left")
def test_a_picture_that_cannot_be_saved_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert paint(tmp_path / "missing" / "window.png") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "window.png" in printed.err


def test_colours_are_counted_on_a_grid() -> None:
    picture = QImage(20, 20, QImage.Format.Format_RGB32)
    picture.fill(QColor("black"))
    assert module._colours(picture) == 1
    picture.setPixelColor(module.LOOK_EVERY_PX, module.LOOK_EVERY_PX, QColor("red"))
    picture.setPixelColor(module.LOOK_EVERY_PX + 1, 0, QColor("blue"))
    assert module._colours(picture) == 2, "between the samples nothing is seen"


def test_a_missing_library_is_named_in_the_linkers_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: str) -> None:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file")

    monkeypatch.setattr(module.ctypes, "CDLL", fail)
    monkeypatch.setattr(module.sys, "platform", "linux")
    assert "libxcb-cursor.so.0" in module._platform_problem()
    monkeypatch.setattr(module.sys, "platform", "darwin")
    assert module._platform_problem() == ""
