"""The first start of a version tells what is wrong with the installation, and no more. And what About shows."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from flux_desktop import __version__
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import LedgerClass, Verdict
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.engine.self_test import quick_checks
from flux_desktop.ui.app import app, launch
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.widgets.text_dialog import TextDialog
from flux_desktop.ui.window import settings
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Engines, Waiting

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
        await until(lambda: not window.tasks.running(), "what every start reads has been read")
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


def test_the_demo_in_the_presenter_view_sends_the_bundled_data_set(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        await launch._get_ready(window, app.parser().parse_args(["--demo", "--present"]))
        await until(lambda: bool(engines) and engines[0].plan is not None, "the run has begun")
        plan = engines[0].plan
        assert plan is not None
        assert isinstance(plan.source, DataSetSource)
        assert plan.is_local
        assert window.state.presenting
        assert window.state.listening.wanted

    stage(engines, live)


def test_a_session_is_presented_at_its_own_speed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def live(window: MainWindow) -> None:
        opened: list[tuple[list[Path], object]] = []

        async def open_sessions(sessions: list[Path], show: object) -> None:
            opened.append((sessions, show))

        monkeypatch.setattr(window.presenting, "open", open_sessions)
        await launch._get_ready(window, app.parser().parse_args(["--present", "one", "two"]))
        assert opened == [([Path("one"), Path("two")], window.transcripts.open_session)]
        assert window.state.presenting

    stage(Waiting, live)


def test_the_demo_presents_more_connections_than_it_shows_elsewhere() -> None:
    assert launch.presents(app.parser().parse_args(["--present"]))
    assert not launch.presents(app.parser().parse_args(["--demo"]))
    assert not launch.presents(argparse.Namespace(theme="dark"))
    assert launch.PRESENTED_CONNECTIONS <= 9, "each is reached by a key"


@pytest.mark.parametrize("arguments", [["--present", "a", "b", "c"], ["--demo", "--present", "a"]])
def test_sessions_that_cannot_be_presented_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        app.main(arguments)
    assert "--present takes at most two sessions" in capsys.readouterr().err


def test_numbers_are_written_as_in_all_texts_whatever_the_locale(qapp: QApplication) -> None:
    assert qapp is not None
    before = QLocale()
    try:
        QLocale.setDefault(QLocale(QLocale.Language.German))
        launch.make_app()
        assert QLocale().decimalPoint() == "."
    finally:
        QLocale.setDefault(before)


@pytest.mark.parametrize(
    "unrecorded", ["", "The recording is incomplete from 1.0 s of the run on: No space left on device."]
)
def test_a_demo_that_is_not_recorded_has_not_succeeded(unrecorded: str, capsys: pytest.CaptureFixture[str]) -> None:
    model = RunModel()
    model.ended = RunEnded(t=1.0, verdict=Verdict.DONE, ledger={LedgerClass.COMPLETED: 0}, unrecorded=unrecorded)
    assert launch._all_completed(model.ended, model) is not bool(unrecorded)
    launch._print_transcripts(model)
    assert unrecorded in capsys.readouterr().out
