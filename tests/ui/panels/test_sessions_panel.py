"""The panel of the Sessions page: what stays where it is while the list is filtered."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.reports.sessions.facts import SessionFacts
from flux_desktop.reports.sessions.retention import Retention
from flux_desktop.ui.panels.sessions_panel import SessionsPanel
from flux_desktop.ui.style.theme import ThemeSource


def test_the_foot_stays_where_it_is_while_nothing_matches(qtbot: QtBot, theme: ThemeSource) -> None:
    panel = SessionsPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(900, 600)
    panel.show()
    panel.show_sessions(
        [SessionFacts(name="one", wall_time="2026-01-01T12:00:00+00:00", verdict="PASS")], 1, 1000, Retention()
    )
    place = panel.retention_button.pos()
    panel.verdict.setCurrentText("FAIL")
    assert panel.list.isHidden()
    panel.layout().activate()
    assert panel.retention_button.pos() == place


def test_a_session_without_a_known_endpoint_adds_no_empty_choice(qtbot: QtBot, theme: ThemeSource) -> None:
    panel = SessionsPanel(theme)
    qtbot.addWidget(panel)
    panel.show_sessions([SessionFacts(name="one", kind="", verdict="CUT OFF")], 1, 1000, Retention())
    assert [panel.endpoint.itemText(place) for place in range(panel.endpoint.count())] == ["All endpoints"]
