"""What a server says is shown as it is: never as markup, never as a link; and no secret leaves the window."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel
from PySide6.QtCore import Qt as Core
from PySide6.QtGui import QGuiApplication, Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QTabBar, QTextEdit, QWidget

from flux_desktop.base import redaction
from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    Notice,
    Received,
    RunEnded,
    RunStarted,
    Snapshot,
)
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ConnectionSummary, LedgerClass, Verdict
from flux_desktop.ui.widgets.basics import plain_tip
from flux_desktop.ui.window.main_window import MainWindow
from tests.engine.messages import Messages
from tests.trust import canaries
from tests.ui.conftest import Stage, until
from tests.ui.scripted import plan, turn_info
from tests.ui.scripted_engines import replaying, with_ended_run

MARKUP = '<b>bold</b> <a href="https://evil.example/">link</a> <img src="file:///etc/passwd"> &lt;'


def run_that_says(words: str) -> list[Event]:
    """A run in which the server says these words in every field that it may fill."""
    problem = Problem(code="flux_error", what=words, why=words, todo=words)

    messages = Messages()

    def said(t: float, text: str) -> Received:
        return messages.received(t, 1, text)

    return [
        RunStarted(t=0.0, wall_time="", plan=plan(1), version="test", notes=[words]),
        ConnectionChanged(
            t=0.1, conn=1, state=ConnectionState.STREAMING, request_id=words, aws_request_id=words, variant=words
        ),
        said(0.2, json.dumps({"type": "Connected", "request_id": words, "sequence_id": 0})),
        said(0.3, turn_info("StartOfTurn", 0, 1, 0.3, words, 0.1)),
        Snapshot(
            t=0.4,
            ledger={"streaming": 1},
            rows=[
                ConnectionRow(conn=1, state=ConnectionState.STREAMING, text=words, request_id=words, turn_state=words)
            ],
        ),
        said(0.5, turn_info("EndOfTurn", 0, 2, 0.5, words, 0.9, trigger=words, languages=[words])),
        said(0.6, json.dumps({"type": "Warning", "code": words, "description": words, "sequence_id": 3})),
        said(0.7, json.dumps({"type": "ConfigureFailure", "code": words, "description": words, "sequence_id": 4})),
        said(0.8, json.dumps({"type": words, "sequence_id": 5})),
        said(0.9, turn_info(words, 1, 6, 0.9, words, 0.1)),
        said(1.0, json.dumps({"type": "Error", "code": words, "description": words, "sequence_id": 7})),
        Notice(t=1.1, problem=problem),
        ConnectionEnded(
            t=1.2, summary=ConnectionSummary(conn=1, ledger=LedgerClass.FAILED, problem=problem, request_id=words)
        ),
        RunEnded(t=1.3, verdict=Verdict.DONE, ledger={str(LedgerClass.FAILED): 1}, reasons=[words]),
    ]


def tips(widget: QWidget) -> list[str]:
    """All tips of a widget and of what it lists."""
    tip_texts = [widget.toolTip()]
    if isinstance(widget, QTabBar):
        tip_texts += [widget.tabToolTip(number) for number in range(widget.count())]
    if isinstance(widget, QAbstractItemView) and isinstance(model := widget.model(), QAbstractItemModel):
        columns = (0,) if isinstance(widget, QListView) else range(model.columnCount())
        indices = [model.index(row, column) for row in range(model.rowCount()) for column in columns]
        tip_texts += [str(index.data(Core.ItemDataRole.ToolTipRole) or "") for index in indices]
    return tip_texts


def test_markup_of_a_server_is_shown_and_not_obeyed(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        await with_ended_run(window)
        for number in range(window.live_page.transcripts.tabs.count()):
            window.live_page.transcripts.tabs.setCurrentIndex(number)
            window.refresher.draw_texts()
            window.state.changed()
        window.live_page.transcripts.search.setText("bold")
        window.state.changed()
        widgets = window.findChildren(QWidget)
        shown = [label for label in widgets if isinstance(label, QLabel) and label.text()]
        assert any("<b>bold</b>" in label.text() for label in shown), "it is on the screen as it is"
        assert [label.text() for label in shown if label.textFormat() is not Core.TextFormat.PlainText] == []
        assert not [widget for widget in widgets if type(widget).__mro__[1] is QTextEdit or type(widget) is QTextEdit]
        all_tips = [tip for widget in widgets for tip in tips(widget)]
        assert any("&lt;b&gt;bold" in tip for tip in all_tips), "a tip has it too"
        assert [tip for tip in all_tips if Qt.mightBeRichText(tip) and "<b>" in tip] == []

    stage(replaying(run_that_says(MARKUP)), live)


@pytest.mark.parametrize("words", ["plain", "a < b & c", "two\nlines"])
def test_a_plain_tip_stays_as_it_is(words: str) -> None:
    assert plain_tip(words) == words


def test_no_secret_leaves_the_window(stage: Stage, tmp_path: Path) -> None:
    redaction.remember(*canaries.LIVE)
    redaction.remember_proxy(canaries.PROXY_ADDRESS)
    words = " | ".join(canary.text.replace("\n", " ") for canary in canaries.CANARIES)

    def leaks(out: str) -> list[str]:
        return [
            canary.kind for canary in canaries.CANARIES if canary.value in out or json.dumps(canary.value)[1:-1] in out
        ]

    def known_leaks(out: str) -> list[str]:
        known = {canary.kind for canary in canaries.CANARIES if canary.value in canaries.LIVE}
        return [kind for kind in leaks(out) if kind in known]

    async def live(window: MainWindow) -> None:
        await with_ended_run(window)
        for canary in canaries.CANARIES:
            window.log.handle(logging.LogRecord("botocore", logging.INFO, __file__, 1, "%s", (canary.text,), None))
        assert len(window.log.lines) >= len(canaries.CANARIES)
        assert leaks("\n".join(window.log.lines)) == []
        clipboard = QGuiApplication.clipboard()
        window.help.copy_diagnostics()
        assert "flux-desktop:" in clipboard.text()
        assert leaks(clipboard.text()) == []
        (view,) = window.live_page.transcripts.views()
        view.turns.copy_selection()
        assert "using" in clipboard.text()
        assert known_leaks(clipboard.text()) == [], "a transcript is kept verbatim but for secrets known by value"
        assert leaks(window.windowTitle()) == []
        banner_text = " ".join(banner.problem.sentence() for banner in window.live_page.banners.banners())
        assert "using" in banner_text
        assert leaks(banner_text) == []
        for suffix in ("txt", "json", "srt", "vtt"):
            path = tmp_path / f"saved.{suffix}"
            window.transcripts.save_transcripts([1], suffix, path)
            await until(path.exists, "it is saved")
            assert known_leaks(path.read_text("utf-8")) == []

    stage(replaying(run_that_says(words)), live)
