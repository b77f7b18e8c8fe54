"""The dialog of what an endpoint supports."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.ui.panels.probe_dialog import ProbeDialog
from flux_desktop.ui.style.theme import ThemeSource
from tests.reports.test_probe_text import finding, report


def test_findings_come_one_by_one_and_the_report_can_be_copied(qtbot: QtBot, theme: ThemeSource) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ProbeDialog(parent, theme, "flux-en-prod")
    wanted: list[str] = []
    dialog.probe_wanted.connect(lambda: wanted.append("probe"))
    dialog.cancel_wanted.connect(lambda: wanted.append("cancel"))
    assert "Not probed yet" in dialog.state.text()
    assert not dialog.ticket_button.isEnabled()
    dialog.probe_button.click()
    dialog.show_probing()
    dialog.add_finding(finding("option:numerals", "no"))
    cell = dialog.table.item(0, 2)
    assert cell is not None
    assert cell.text() == "■ no"
    assert dialog.probe_button.text() == "Cancel"
    dialog.probe_button.click()
    assert wanted == ["probe", "cancel"]
    dialog.show_report(report())
    assert dialog.table.rowCount() == 5
    assert "4 not supported" in dialog.state.text()
    assert "1 unknown messages" in dialog.state.text()
    assert dialog.probe_button.text() == "Probe again"
    dialog.ticket_button.click()
    assert "this build: no" in QGuiApplication.clipboard().text()
    dialog.json_button.click()
    assert '"option:numerals"' in QGuiApplication.clipboard().text()
