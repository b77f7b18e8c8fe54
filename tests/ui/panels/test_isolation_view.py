"""The isolation tab: the offer, and the verdict in its colour with its figures."""

from __future__ import annotations

import msgspec
from pytestqt.qtbot import QtBot

from flux_desktop.ui.panels.isolation_view import IsolationView
from tests.ui.models.test_tune_isolation import FAILED


def test_the_verdict_has_its_colour_and_its_figures(qtbot: QtBot) -> None:
    view = IsolationView()
    qtbot.addWidget(view)
    assert view.verdict.isHidden()
    wanted: list[None] = []
    view.check_wanted.connect(lambda: wanted.append(None))
    view.show_offer(enabled=True, state="on local, within 5 minutes")
    view.button.click()
    assert wanted == [None]
    assert "5 minutes" in view.state.full_text()
    view.show_result(FAILED)
    assert (view.verdict.text(), view.verdict.property("pill")) == ("FAIL", "danger")
    assert view.sentence.text() == FAILED.sentence
    assert "p = 0.031" in view.figures.text()
    view.show_result(msgspec.structs.replace(FAILED, passed=True, conditions=[]))
    assert (view.verdict.text(), view.verdict.property("pill")) == ("PASS", "ok")
    view.show_result(msgspec.structs.replace(FAILED, conditions=[]))
    assert (view.verdict.text(), view.verdict.property("pill")) == ("UNDECIDED", "warn")
