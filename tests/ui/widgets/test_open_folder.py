"""What is handed to the file manager."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices

from flux_desktop.ui.widgets.open_folder import open_folder


def test_a_folder_is_opened_and_for_a_file_the_folder_it_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    file = tmp_path / "a b#.txt"
    file.write_text("")
    open_folder(file)
    open_folder(tmp_path)
    assert opened == [str(tmp_path)] * 2
