"""The first start of a version tells what is wrong with the installation, and no more. And what About shows."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPlainTextEdit

from flux_desktop import __version__
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.self_test import quick_checks
from flux_desktop.ui.app import launch
from flux_desktop.ui.widgets.text_dialog import TextDialog
from flux_desktop.ui.window import settings
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage, until
from tests.ui.window.test_main_window import Waiting

FEW = Problem(code="open_files_few", what="This system lets a program open only 256 files.", todo="Raise it.")


def few_files() -> str:
    raise ProblemError(FEW)


def test_only_what_is_wrong_is_shown(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(quick_checks.QUICK, "open files", few_files)

    async def live(window: MainWindow) -> None:
        launch.check_installation(window, "")
        await until(lambda: not window.tasks.running(), "the checks are through")
        assert [banner.problem for banner in window.live_page.banners.banners()] == [FEW]
        assert settings.collect(window.state).checked_version == __version__

    stage(Waiting, live)


def test_a_later_start_looks_at_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(quick_checks.QUICK, "open files", few_files)

    async def live(window: MainWindow) -> None:
        launch.check_installation(window, __version__)
        assert not window.tasks.running()
        launch.check_installation(window, "0.0.1")
        assert window.tasks.running()
        await until(lambda: bool(window.live_page.banners.banners()), "a new version looks again")

    stage(Waiting, live)


def test_about_shows_the_licences_of_all_parts(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.help.show_about()
        (dialog,) = window.findChildren(TextDialog)
        text = dialog.findChild(QPlainTextEdit).toPlainText()
        assert f"flux-desktop {__version__}" in " ".join(text.split())
        assert "sbom.cdx.json" in text
        assert "LGPL-3.0-only" in text
        assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
        dialog.close()

    stage(Waiting, live)
