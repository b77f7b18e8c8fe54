"""The log, the versions and licences, and diagnostics for a bug report."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QDialog, QMenuBar, QWidget

from flux_desktop import __version__
from flux_desktop.base.problem import Problem
from flux_desktop.base.resources import resource_path
from flux_desktop.engine.self_test.quick_checks import QuickCheckResult
from flux_desktop.engine.self_test.self_test import SelfTest
from flux_desktop.ui.models.glossary import GLOSSARY
from flux_desktop.ui.models.presenter.keys import KEYS
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.panels.self_test_dialog import SelfTestDialog
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.widgets.log_dialog import LogDialog
from flux_desktop.ui.widgets.terms_dialog import TermsDialog
from flux_desktop.ui.widgets.text_dialog import TextDialog
from flux_desktop.ui.window.diagnostics import LogKeeper
from flux_desktop.ui.window.help_dialogs import BILL, COPIED, LICENCES, HelpDialogs
from tests.ui.conftest import until
from tests.waiting import PATIENCE_S


class Bench:
    """Dialogs over a widget of their own."""

    def __init__(self, theme: ThemeSource) -> None:
        self.parent = QWidget()
        self.log = LogKeeper()
        self.problems: list[Problem] = []
        self.banners = BannerStack(theme)
        self.help = HelpDialogs(self.parent, RunModel(), self.log, self.banners, UiTasks(self.problems.append))

    def note(self, message: str) -> None:
        self.log.emit(logging.LogRecord("flux_desktop.x", logging.WARNING, "", 0, message, (), None))

    def dialog[T: QDialog](self, kind: type[T]) -> T:
        (dialog,) = self.parent.findChildren(kind)
        assert dialog.isVisible(), "it is open, and the call has returned"
        return dialog


@pytest.fixture
def bench(theme: ThemeSource) -> Iterator[Bench]:
    bench = Bench(theme)
    yield bench
    for dialog in bench.parent.findChildren(QDialog):
        dialog.reject()
    for widget in (bench.parent, bench.banners):
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


def test_hard_wrapped_lines_of_licences_are_not_broken_again(bench: Bench) -> None:
    bench.help.show_about()
    text = bench.dialog(TextDialog).text
    document = text.document()
    lines = [document.findBlockByNumber(number) for number in range(document.blockCount())]
    for line in lines:
        document.documentLayout().blockBoundingRect(line)  # which lays it out
    broken = [line.text() for line in lines if len(line.text()) <= 107 and line.layout().lineCount() > 1]
    assert broken == []
    assert any(line.layout().lineCount() > 1 for line in lines), "those of whole paragraphs are"


def test_diagnostics_are_copied_without_secrets(bench: Bench) -> None:
    bench.note("header Authorization: Bearer hidden-token-value")
    bench.note("FIRST")
    bench.help.copy_diagnostics()
    copied = QGuiApplication.clipboard().text()
    assert __version__ in copied
    assert "FIRST" in copied
    assert "hidden-token-value" not in copied
    assert [banner.problem for banner in bench.banners.banners()] == [COPIED]


def test_the_glossary_explains_words_and_is_filtered(bench: Bench) -> None:
    bench.help.show_glossary()
    dialog = bench.dialog(TermsDialog)
    assert dialog.shown() == list(GLOSSARY)
    dialog.filter.setText("PACING")
    assert dialog.shown() == ["Pacing"]


def test_every_shortcut_of_the_menus_is_listed_with_its_place(bench: Bench) -> None:
    bar = QMenuBar(bench.parent)
    menu = bar.addMenu("&View")
    menu.addAction("Presenter View").setShortcut(QKeySequence("F11"))
    menu.addAction("Without keys")
    bench.help.show_shortcuts()
    dialog = bench.dialog(TermsDialog)
    assert dialog.shown() == ["F11", *(keys for keys, _ in KEYS)], "also the keys that work in the presenter view alone"
    item = dialog.table.item(0, 1)
    assert item is not None
    assert item.text() == "View → Presenter View"


async def test_the_self_test_shows_each_finding_and_stops_when_it_is_closed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = asyncio.Event()

    async def run(test: SelfTest) -> None:
        test._report(QuickCheckResult(name="clock", observation="within 1 s"))
        test._report(QuickCheckResult(name="screen", problem=Problem(code="x", what="No screen.")))
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    monkeypatch.setattr(SelfTest, "run", run)
    bench.help.run_self_test()
    dialog = bench.dialog(SelfTestDialog)
    await until(lambda: dialog.text.toPlainText().count("\n") == 1, "both findings are shown")
    assert dialog.text.toPlainText() == "✓ clock: within 1 s\n✗ screen: No screen."
    dialog.show_end(1)
    assert dialog.heading.text() == "1 check failed."
    dialog.reject()
    await asyncio.wait_for(stopped.wait(), PATIENCE_S)
