"""The panel of the load over time."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import ConnectionEnded
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.panels.account_timeline_panel import AccountTimelinePanel
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui.models.capacities import LIMIT, rung
from tests.ui.models.test_capacity import progress


def test_the_load_is_there_at_once_and_the_account_when_it_was_read(qtbot: QtBot, theme: ThemeSource) -> None:
    model = CapacityModel()
    panel = AccountTimelinePanel(theme, model)
    qtbot.addWidget(panel)
    assert panel.isHidden()
    model.begin((LIMIT,))
    model.take_progress(progress(1.0, 8, 8))
    for conn in (1, 2, 3):
        refused = ConnectionSummary(conn=conn, ledger=LedgerClass.CONNECT_FAILED)
        model.observed.take(ConnectionEnded(t=1.0, summary=refused))
    model.take_rung(rung(8, "FAIL", refused=3))
    panel.refresh()
    assert not panel.isHidden()
    assert panel.title.text() == "Load during the search"
    words = [entry.words for entry in panel.plot.legend_entries()]
    assert words == ["planned", "open", "refused", "limited figure, ms (right)"]
    assert "up to 8 streams" in panel.plot.accessibleName()
    assert "3 refused" in panel.plot.accessibleName()
    model.account = AccountTimeline(
        planned=((0.0, 8),), cloudwatch=((10.0, 7),), running=((0.0, 1),), desired=((0.0, 1),), target=6
    )
    panel.refresh()
    assert panel.title.text() == "Account during the search"
    assert panel.subtitle.text() == "Instances in service: 1; desired: 1."
    assert "CloudWatch, one instance" in [entry.words for entry in panel.plot.legend_entries()]
