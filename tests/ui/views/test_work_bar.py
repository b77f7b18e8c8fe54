"""The bar of work that takes long."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.work_progress import of_share
from flux_desktop.ui.views.work_bar import WorkBar


def test_it_is_there_while_there_is_work(qtbot: QtBot) -> None:
    bar = WorkBar("report")
    qtbot.addWidget(bar)
    assert bar.isHidden()
    bar.show_progress(of_share(0.5, 10.0, "Writing"))
    assert not bar.isHidden()
    assert (bar.bar.value(), bar.done.full_text(), bar.left.text()) == (500, "Writing", "00:10 left")
    assert bar.cancel_button.accessibleName() == "Cancel: report"
    with qtbot.waitSignal(bar.cancel_wanted):
        bar.cancel_button.click()
    bar.show_progress(of_share(0.6, 12.0), stopping=True)
    assert bar.cancel_button.text() == "Stop now"
    bar.show_progress(None)
    assert bar.isHidden()
