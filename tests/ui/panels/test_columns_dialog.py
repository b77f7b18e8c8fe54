"""Which columns of a table to use."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.base.problem import Problem
from flux_desktop.datasets.table import UnclearColumnsError, read_table
from flux_desktop.ui.panels.columns_dialog import ColumnsDialog


def test_the_chosen_headings_are_given(qtbot: QtBot) -> None:
    window, chosen = QWidget(), list[dict[str, str]]()
    qtbot.addWidget(window)
    error = UnclearColumnsError(Problem(code="data_unusable", what="No."), "list.csv", ("id", "recording", "said"))
    for text, expected in (("said", {"audio": "recording", "text": "said"}), ("", {"audio": "recording"})):
        dialog = ColumnsDialog(window, error, chosen.append)
        dialog.open()
        dialog.audio.setCurrentIndex(dialog.audio.findData("recording"))
        dialog.text.setCurrentIndex(dialog.text.findData(text))
        dialog.findChild(QDialogButtonBox).accepted.emit()
        assert dialog.result() == QDialog.DialogCode.Accepted
        assert chosen.pop() == expected


def test_the_table_is_named(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("rec,said\na.wav,so\n")
    with pytest.raises(UnclearColumnsError) as caught:
        read_table(tmp_path / "list.csv")
    window = QWidget()
    qtbot.addWidget(window)
    first = ColumnsDialog(window, caught.value, lambda _: None).findChildren(QLabel)[0]
    assert first.text() == "list.csv: No column has the audio files; its headings are: rec, said."
