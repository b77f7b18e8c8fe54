"""The policy and the account of a capacity search."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.reports.capacity_policy import policy_for
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.panels.capacity_details import ACCOUNT, POLICY, CapacityDetails
from tests.evaluation.capacity.test_account_timeline import records
from tests.ui.models.capacities import report


@pytest.fixture
def model() -> CapacityModel:
    return CapacityModel()


@pytest.fixture
def details(qtbot: QtBot, model: CapacityModel) -> CapacityDetails:
    details = CapacityDetails(model)
    qtbot.addWidget(details)
    return details


def test_the_account_comes_during_the_search_and_the_policy_after_it(
    details: CapacityDetails, model: CapacityModel
) -> None:
    assert details.isHidden()
    model.observed.records = records()
    details.refresh()
    assert not details.isHidden()
    assert details.front == ACCOUNT
    assert not details.tabs.isTabVisible(0)
    text = details.texts[ACCOUNT].toPlainText()
    assert text.startswith("Scale-out from 1 to 2 instances")
    assert "new instance in service: 231.0 s" in text
    assert text.count("Instances in service") == 1
    model.policy = policy_for(report(), RunPlan(endpoint="flux-en-prod", source=WavSource(path="a.wav")))
    details.refresh()
    assert details.front == POLICY, "it is what the search was for"
    assert '"TargetValue": 34.0' in details.texts[POLICY].toPlainText()
    details.copy_button.click()
    assert "aws application-autoscaling" in QGuiApplication.clipboard().text()
    details.tabs.setCurrentIndex(1)
    details.refresh()
    assert details.front == ACCOUNT, "a person's choice stays"
    assert details.copy_button.accessibleName() == "Copy: Account"


def test_what_could_not_be_read_is_said(details: CapacityDetails, model: CapacityModel) -> None:
    model.policy = None
    model.observed.records = records()[:1]
    details.refresh()
    assert details.isHidden(), "nothing is known"
