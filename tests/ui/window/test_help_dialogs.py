"""The log, the versions and licences, and diagnostics for a bug report."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from flux_desktop import __version__
from flux_desktop.base.resources import resource_path
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.widgets.log_dialog import LogDialog
from flux_desktop.ui.widgets.text_dialog import TextDialog
from flux_desktop.ui.window.diagnostics import LogKeeper
from flux_desktop.ui.window.help_dialogs import BILL, COPIED, LICENCES, HelpDialogs


class Bench:
    """Dialogs over a widget of their own."""

    def __init__(self, theme: ThemeSource) -> None:
        self.parent = QWidget()
        self.log = LogKeeper()
        self.banners = BannerStack(theme)
        self.help = HelpDialogs(self.parent, RunModel(), self.log, self.banners)

    def note(self, message: str) -> None:
        self.log.emit(logging.LogRecord("flux_desktop.x", logging.WARNING, "", 0, message, (), None))

    def dialog[T: QDialog](self, kind: type[T]) -> T:
        (dialog,) = self.parent.findChildren(kind)
        assert dialog.isVisible(), "it is open, and the call has returned"
        return dialog


@pytest.fixture
def bench(theme: ThemeSource) -> Iterator[Bench]:
    made = Bench(theme)
    yield made
    for dialog in made.parent.findChildren(QDialog):
        dialog.reject()
    for widget in (made.parent, made.banners):
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_the_log_is_shown_and_followed(bench: Bench) -> None:
    bench.note("FIRST")
    bench.help.show_log()
    dialog = bench.dialog(LogDialog)
    assert "FIRST" in dialog.text.toPlainText()
    bench.note("SECOND")
    dialog.refresh()
    assert "SECOND" in dialog.text.toPlainText()


def test_about_has_the_versions_and_all_licences(bench: Bench) -> None:
    bench.help.show_about()
    words = bench.dialog(TextDialog).text.toPlainText()
    assert __version__ in words
    assert str(resource_path(BILL)) in words
    assert resource_path(LICENCES).read_text("utf-8").strip() in words


def test_diagnostics_are_copied_without_secrets(bench: Bench) -> None:
    bench.note("header Authorization: Bearer hidden-token-value")
    bench.note("FIRST")
    bench.help.copy_diagnostics()
    copied = QGuiApplication.clipboard().text()
    assert __version__ in copied
    assert "FIRST" in copied
    assert "hidden-token-value" not in copied
    assert [banner.problem for banner in bench.banners.banners()] == [COPIED]
