"""What the window does for recordings by itself: asks before the first deletion, and keeps to the rule from then on."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.reports.sessions import digest, retention
from flux_desktop.reports.sessions.digest import DIGEST_FILE
from flux_desktop.reports.sessions.retention import Retention, load_retention, save_retention
from flux_desktop.ui.panels.retention_dialog import RetentionDialog
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.session_care import SessionCare
from tests.reports.documents.recorded_run import recorded
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Waiting


def test_old_sessions_are_deleted_once_the_user_has_agreed(stage: Stage, tmp_path: Path, monkeypatch) -> None:
    folders = [recorded(tmp_path, connections=1, updates=2) for _ in range(3)]
    keep = retention.surplus
    monkeypatch.setattr(retention, "surplus", lambda *args, **more: keep(*args, **more, keep_last=1))
    save_retention(tmp_path, Retention(max_gb=0.000001))

    async def live(window: MainWindow) -> None:
        care, banners = window.sessions.care, window.live_page.banners
        assert isinstance(care, SessionCare)
        care.begin(tmp_path)
        await until(lambda: bool(banners.banners()), "it is announced")
        assert "Nothing has been deleted yet" in banners.banners()[0].problem.why
        assert all(folder.exists() for folder in folders)
        banners.banners()[0].buttons["Delete old sessions"].click()
        await until(lambda: not folders[0].exists() and not folders[1].exists(), "the oldest are deleted")
        assert folders[2].exists()
        assert load_retention(tmp_path).agreed

    stage(Waiting, live)


def test_the_rule_is_chosen_in_a_dialog(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        window.sessions.parent = tmp_path
        window.sessions_page.panel.retention_button.click()
        await until(lambda: bool(window.findChildren(RetentionDialog)), "the dialog is open")
        (dialog,) = window.findChildren(RetentionDialog)
        dialog.size_gb.setValue(5)
        dialog.by_age.setChecked(True)
        dialog.days.setValue(30)
        dialog.agreed.setChecked(True)
        dialog.accept()
        expected = Retention(max_gb=5, max_age_days=30, agreed=True)
        await until(lambda: load_retention(tmp_path) == expected, "the rule is kept")

    stage(Waiting, live)


def test_a_large_recording_gets_its_digest_after_the_run(stage: Stage, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(digest, "WORTH_BYTES", 10)
    folder = recorded(tmp_path)

    async def live(window: MainWindow) -> None:
        window.events.recorded.emit(folder)
        await until((folder / DIGEST_FILE).exists, "it has a digest")
        problem = window.controller.space_problem(1e12)
        assert problem is not None
        assert "This run will write about" in problem.what
        assert window.controller.space_problem(0.0) is None

    stage(Waiting, live)
