"""The Sessions page in the window: list, search, compare, trend, delete with undo, export and import, report."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from flux_desktop.reports.documents.comparison_documents import comparison_junit
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.sessions.facts import About, read_about
from flux_desktop.ui.models import text
from flux_desktop.ui.models.presenter.keys import View
from flux_desktop.ui.models.run_phase import Origin, RunPhase
from flux_desktop.ui.models.session_table import COLUMNS
from flux_desktop.ui.pages.page_frame import LIVE, SESSIONS
from flux_desktop.ui.panels.about_dialog import AboutDialog
from flux_desktop.ui.panels.session_detail_panel import SessionDetailPanel
from flux_desktop.ui.panels.sessions_panel import EMPTY, NOTHING_FOUND
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.report_writer import FILE_NAME
from flux_desktop.ui.window.session_keeper import RUN_ACTIVE, SessionKeeper
from tests.reports.documents.recorded_run import recorded
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Waiting
from tests.ui.window.test_accessibility import nameless


def words(panel: SessionDetailPanel) -> str:
    return " ".join(each.text() for each in panel.findChildren(type(panel.title)))


async def with_sessions(window: MainWindow, parent: Path, count: int) -> list[str]:
    """Record sessions and show the page; their names, newest first."""
    names = []
    for number in range(count):
        folder = recorded(parent, connections=2, updates=20, scale=3.0**number)
        names.append(folder.rename(parent / f"2026-01-{number + 1:02}_00-00-00").name)
    window.sessions.parent = parent
    window.frame.show_page(SESSIONS)
    await until(lambda: len(window.sessions_page.panel.list.rows.sessions) == count, "the sessions are listed")
    return names[::-1]


def test_sessions_are_found_starred_and_deleted_with_undo(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        names = await with_sessions(window, tmp_path, 3)
        panel = window.sessions_page.panel
        table = panel.list
        assert [each.name for each in table.rows.sessions] == names
        assert nameless(window.sessions_page) == []
        table.select({names[0]})
        assert panel.buttons["Open"].isEnabled()
        assert not panel.buttons["Compare"].isEnabled()
        assert "my-flux" in words(window.sessions_page.detail)
        QTest.keyClick(table, Qt.Key.Key_S)
        await until(lambda: table.rows.sessions[0].about.starred, "it has a star")
        assert read_about(tmp_path / names[0]).starred
        panel.star.click()
        assert [each.name for each in table.rows.sessions] == names[:1]
        panel.star.click()
        panel.search.setText("hyperlink")
        panel.search.returnPressed.emit()
        await until(lambda: len(table.rows.sessions) == 3, "the transcripts are searched")
        panel.search.setText("no such word")
        panel.search.returnPressed.emit()
        await until(lambda: panel.empty.text() == NOTHING_FOUND and not panel.empty.isHidden(), "nothing is found")
        panel.search.clear()
        panel.search.returnPressed.emit()
        await until(lambda: len(table.rows.sessions) == 3, "all are listed again")
        table.select(set(names[:2]))
        QTest.keyClick(table, Qt.Key.Key_Delete)
        await until(lambda: [each.name for each in table.rows.sessions] == names[2:], "two are deleted")
        banners = window.live_page.banners
        await until(lambda: bool(banners.banners()), "it can be undone")
        banners.banners()[0].buttons["Undo"].click()
        await until(lambda: len(table.rows.sessions) == 3, "they are back")

    stage(Waiting, live)


def test_two_sessions_are_compared_with_their_trend(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        names = await with_sessions(window, tmp_path, 3)
        page = window.sessions_page
        page.panel.list.select(set(names[:2]))
        await until(lambda: "WORSE" in words(page.detail), "the newer one is worse")
        assert "Worse: Update p50" in words(page.detail)
        page.detail.markdown_button.click()
        assert QApplication.clipboard().text().startswith("# Comparison")
        target = tmp_path / "compared.xml"
        saved: list[object] = []
        page.detail.save_wanted.connect(saved.append)
        page.detail.save_button.click()
        (dialog,) = window.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(target))
        dialog.reject()
        await until(target.exists, "it is saved as JUnit")
        assert comparison_junit(saved[0]) == target.read_text("utf-8")  # type: ignore[arg-type]
        trend = page.trend._trend
        assert trend is not None
        assert [point.name for point in trend.points] == names[::-1]
        page.detail.swap_wanted.emit()
        await until(lambda: "BETTER" in words(page.detail), "the other way round it is better")
        page.trend.box.setCurrentIndex(page.trend.box.findData("update_p50_ms"))
        assert page.trend._trend is not None
        assert page.trend._trend.figure == "update_p50_ms"
        other = recorded(tmp_path, connections=3, updates=20, streams_per_channel=5)
        window.sessions.look()
        await until(lambda: len(page.panel.list.rows.sessions) == 4, "another one is listed")
        page.panel.list.select({other.name, names[0]})
        await until(lambda: "NOT COMPARABLE" in words(page.detail), "they had different connections")
        ticks = words(page.detail).replace("\u00a0", " ")
        assert "✗ connections" in ticks
        assert "✗ streams per channel" in ticks
        assert "✓ data" in ticks
        page.detail.force_wanted.emit()
        await until(lambda: "not comparable: different connections" in words(page.detail), "they are compared anyway")

    stage(Waiting, live)


def test_a_session_is_opened_exported_imported_and_reported(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        names = await with_sessions(window, tmp_path / "sessions", 1)
        panel, banners = window.sessions_page.panel, window.live_page.banners
        target = tmp_path / "one.zip"
        window.sessions.export_to(names[0], target)
        await until(target.exists, "it is exported")
        window.sessions.import_file(target)
        await until(lambda: len(panel.list.rows.sessions) == 2, "it is imported")
        panel.list.select({names[0]})
        window.sessions.act("Report…")
        await until(lambda: any("Open" in each.buttons for each in banners.banners()), "the report can be opened")
        assert "my-flux" in (tmp_path / "sessions" / names[0] / FILE_NAME).read_text("utf-8")
        assert isinstance(window.sessions, SessionKeeper)
        window.sessions.act("Rename…")
        (dialog,) = window.findChildren(AboutDialog)
        dialog.name.setText("before")
        dialog.accept()
        await until(lambda: read_about(tmp_path / "sessions" / names[0]) == About(title="before"), "it has a name")
        panel.list.select({names[0]})
        window.sessions.act("Open")
        await until(lambda: window.state.run.ended is not None, "it is shown")
        assert window.frame.current == LIVE

    stage(Waiting, live)


def test_the_window_shows_the_numbers_of_the_documents(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        (name,) = await with_sessions(window, tmp_path, 1)
        page = window.sessions_page
        report = read_session_report(tmp_path / name)
        stated = report.summary.update_latency_user_clock
        p95_ms, n = float(stated["p95_ms"] or 0), int(stated["n"] or 0)
        page.panel.list.select({name})
        place = next(place for place, column in enumerate(COLUMNS) if column.name == "p95, ms")
        rows = page.panel.list.rows
        assert rows.index(0, place).data() == f"{p95_ms:.0f}"
        await until(lambda: f"{p95_ms:.1f} (n = {n:,}, too few)" in words(page.detail), "its facts are shown")
        await until(lambda: page.trend._trend is not None, "its trend is shown")
        assert [point.value for point in page.trend._trend.points] == [p95_ms]
        window.sessions.act("Open")
        await until(lambda: window.state.run.ended is not None, "it is shown")
        shown = text.milliseconds(p95_ms)
        await until(
            lambda: window.live_page.run_bar.headline.latency_pill.text() == f"update p95 {shown}", "in the bar, too"
        )

    stage(Waiting, live)


def test_the_selected_session_is_presented_and_two_side_by_side(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        names = await with_sessions(window, tmp_path, 2)
        panel, presenting = window.sessions_page.panel, window.presenting
        assert not panel.buttons["Present"].isEnabled()
        panel.list.select({names[0]})
        panel.buttons["Present"].click()
        await until(lambda: window.controller.session_folder == tmp_path / names[0], "it is played")
        assert window.state.presenting
        assert window.state.run.origin is Origin.REPLAY
        presenting.leave()
        window.controller.stop()
        await until(lambda: not window.state.run.active, "it is stopped")
        panel.list.select(set(names))
        panel.buttons["Present"].click()
        await until(lambda: presenting.against == tmp_path / names[0], "the newer one is B")
        await until(lambda: window.presenter.choice.view is View.SPLIT, "they are side by side")
        presenting.leave()

    stage(Waiting, live)


def test_a_run_in_progress_is_said_until_it_has_ended(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        names = await with_sessions(window, tmp_path, 1)
        window.state.run.phase = RunPhase.RUNNING
        window.sessions_page.panel.list.select({names[0]})
        window.sessions_page.panel.buttons["Open"].click()
        banners = window.live_page.banners
        assert [each.problem for each in banners.banners()] == [RUN_ACTIVE]
        window.state.run.phase = RunPhase.ENDED
        window.events.run_finished.emit()
        assert banners.banners() == []

    stage(Waiting, live)


def test_without_sessions_the_page_says_how_to_get_one(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        window.sessions.parent = tmp_path / "none"
        window.frame.show_page(SESSIONS)
        panel = window.sessions_page.panel
        await until(lambda: panel.rule.full_text() != "", "the list has been read")
        assert panel.empty.text() == EMPTY
        assert panel.list.isHidden()
        assert not any(each.isEnabled() for each in panel.buttons.values())

    stage(Waiting, live)


@pytest.mark.parametrize("width_px", [1036, 1216, 1856])
def test_nothing_is_cut(stage: Stage, tmp_path: Path, width_px: int) -> None:
    async def live(window: MainWindow) -> None:
        names = await with_sessions(window, tmp_path, 2)
        page = window.sessions_page
        window.resize(width_px, 760)
        page.panel.list.select(set(names))
        await until(lambda: "WORSE" in words(page.detail), "both are compared")
        content = page.detail._content
        assert content.width() <= page.detail._area.viewport().width()
        assert page.detail.geometry().right() < page.width()

    stage(Waiting, live)
