"""The facts of a session, or the comparison of two, in a narrow column."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.reports.documents.comparison import Comparison
from flux_desktop.ui.panels.session_detail_panel import SessionDetailPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.change_row import short
from tests.ui.models.test_session_table import session


def test_names_of_figures_fit_into_their_column() -> None:
    assert short("Connections completed") == "Completed"


def test_a_long_query_is_broken_instead_of_cutting_the_buttons(qtbot: QtBot, theme: ThemeSource) -> None:
    query = "&".join(f"keyterm=Dashwood{number}" for number in range(20))
    why = f"different parameters ({query} and none)"
    panel = SessionDetailPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(310, 600)
    panel.show()
    panel.show_comparison(session(1), session(2), Comparison(base="a", new="b", comparable=False, reasons=[why]))
    content = panel._content
    assert content.minimumSizeHint().width() <= panel._area.viewport().width()
    rights = [child.mapTo(content, child.rect().topRight()).x() for child in content.findChildren(QWidget)]
    assert max(rights) <= panel._area.viewport().width()
