"""The endpoint and the data set of an experiment's page."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from flux_desktop.base.problem import ProblemError
from flux_desktop.ui.models import chosen_data
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.chosen_data import BUNDLED, data_path
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.panels.target_fields import TargetFields
from tests.reports.test_probe_text import report


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def fields(qtbot: QtBot, state: AppState) -> TargetFields:
    fields = TargetFields(state, "Endpoint to measure", "Choose a data set")
    qtbot.addWidget(fields)
    return fields


def test_the_endpoint_is_the_one_of_live(fields: TargetFields, state: AppState) -> None:
    state.endpoints.account = [EndpointEntry("flux-en-prod", "")]
    fields.refresh()
    assert fields.endpoint.currentData() == "local"
    fields.endpoint.setCurrentIndex(1)
    fields.endpoint.activated.emit(1)
    assert state.choices.endpoint == "flux-en-prod"
    state.choices.endpoint = "local"
    fields.refresh()
    assert fields.endpoint.currentData() == "local"


def test_what_a_probe_found_stands_under_the_endpoint(fields: TargetFields, state: AppState) -> None:
    assert fields.probed.isHidden()
    state.endpoints.account = [EndpointEntry("flux-en-prod", "")]
    state.choices.endpoint = "flux-en-prod"
    state.probes["flux-en-prod", "us-east-1"] = report()
    fields.refresh()
    assert not fields.probed.isHidden()
    assert fields.probed.full_text() == (
        "Probed 2026-11-27: 1 of 5 supported; refused option:numerals, control:Configure"
    )


def test_another_data_set_is_named_and_reported(fields: TargetFields) -> None:
    chosen: list[str] = []
    fields.data_chosen.connect(lambda: chosen.append(fields.path))
    assert fields.data_button.accessibleName() == f"Data set: {BUNDLED}"
    fields.choose_data("calls/manifest.jsonl")
    assert fields.data_button.text() == "calls"
    assert "calls" in fields.data_button.accessibleName()
    fields.choose_data("")
    assert chosen == ["calls/manifest.jsonl", ""]


def test_the_menu_asks_for_a_file_or_a_folder(fields: TargetFields, tmp_path: Path) -> None:
    fields.show()
    fields.data_button.click()
    menu = fields.findChild(QMenu)
    assert menu is not None
    menu.actions()[2].trigger()
    menu.close()
    dialog = fields.window().findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    dialog.fileSelected.emit(str(tmp_path))
    dialog.close()
    assert fields.path == str(tmp_path)


def test_a_bundled_data_set_that_is_gone_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_name: str) -> Path:
        raise FileNotFoundError("no such file")

    monkeypatch.setattr(chosen_data, "resource_path", gone)
    assert data_path("calls") == "calls"
    with pytest.raises(ProblemError):
        data_path("")
