"""Wires the Sessions page: to the index, to the files of the sessions, and to what the Live page shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import in_thread
from flux_desktop.engine.recording.session_folder import default_sessions_dir
from flux_desktop.reports.documents.comparison import Comparison, compare_sessions
from flux_desktop.reports.documents.comparison_documents import comparison_document
from flux_desktop.reports.files import write_whole
from flux_desktop.reports.findings import EVIDENCE
from flux_desktop.reports.sessions.facts import About, SessionFacts, write_about
from flux_desktop.reports.sessions.index import SessionIndex
from flux_desktop.reports.sessions.intervals import Intervals
from flux_desktop.reports.sessions.keeping import delete, export, import_session, restore
from flux_desktop.reports.sessions.retention import Retention, load_retention
from flux_desktop.reports.sessions.trend import alike_to, trend
from flux_desktop.ui.pages.page_frame import LIVE, SESSIONS, PageFrame
from flux_desktop.ui.pages.sessions_page import SessionsPage
from flux_desktop.ui.panels.about_dialog import AboutDialog
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.widgets.file_dialogs import ask_comparison, ask_export, ask_import
from flux_desktop.ui.widgets.open_folder import open_folder
from flux_desktop.ui.window.file_jobs import FileJobs
from flux_desktop.ui.window.report_writer import ReportWriter
from flux_desktop.ui.window.run_events import RunEvents
from flux_desktop.ui.window.session_care import SessionCare
from flux_desktop.ui.window.transcripts import Transcripts

LIST, COMPARE, FILES, TREND = "session list", "session comparison", "session files", "session trend"
TREND_MAX = 100
"""Sessions of a trend whose intervals are read, the newest."""
WORK_LIMIT_S = 600.0
DELETED = "sessions_deleted"
RUN_ACTIVE = Problem(code="run_active", what="A run is in progress.", todo="Stop it before you open a session.")


class SessionKeeper:
    """Files are read and written in the background; one change after another."""

    def __init__(
        self,
        page: SessionsPage,
        frame: PageFrame,
        transcripts: Transcripts,
        banners: BannerStack,
        tasks: UiTasks,
    ) -> None:
        self._page, self._frame, self._transcripts = page, frame, transcripts
        self._banners, self._tasks = banners, tasks
        self._jobs = FileJobs(banners, tasks)
        self.reports = ReportWriter(banners, self._jobs)
        self.parent = default_sessions_dir()
        self.care = SessionCare(banners, tasks, self.look)
        page.panel.retention_wanted.connect(lambda: self.care.choose_rule(self.parent))
        self.present: Callable[[list[Path]], object] = lambda _folders: None
        """Plays sessions in the presenter view; set by the window."""
        self._known: list[SessionFacts] = []
        """All sessions, whatever is searched for."""
        self._intervals: dict[str, Intervals] = {}
        """By name of the session, as far as they have been read."""
        self._compared: tuple[str, str] | None = None
        self._swapped = False
        panel = page.panel
        panel.search_changed.connect(self.look)
        panel.act_wanted.connect(self.act)
        panel.import_wanted.connect(lambda: ask_import(page.window(), self.import_file))
        panel.list.opened.connect(lambda name: self._show_on_live(name, 0.0))
        panel.list.starred.connect(self._toggle_star)
        panel.list.deleted.connect(partial(self.act, "Delete"))
        panel.list.chosen.connect(self._chosen)
        page.trend.figure_changed.connect(self._show_trend)
        page.detail.swap_wanted.connect(self._swap)
        page.detail.force_wanted.connect(partial(self._compare, force=True))
        page.detail.save_wanted.connect(self._ask_comparison)
        frame.page_changed.connect(self._page_changed)

    def serve(self, events: RunEvents, controller: RunController) -> None:
        """Follow the runs of the window."""
        events.run_finished.connect(self.look)
        events.run_finished.connect(lambda: self._banners.withdraw(RUN_ACTIVE.code))
        events.recorded.connect(self.care.after_run)
        events.report_wanted.connect(self.reports.write)
        controller.space_problem = self.care.space_problem

    # ------------------------------------------------------------ the list

    def look(self) -> None:
        """List the sessions again, in the background, where the page is shown."""
        if self._frame.current == SESSIONS:
            self._tasks.start("listing sessions", self._list(), group=LIST, exclusive=True)

    async def _list(self) -> None:
        words, index = self._page.panel.words, SessionIndex(self.parent)
        self._known = await in_thread(index.sessions, WORK_LIMIT_S)
        rule: Retention = await in_thread(partial(load_retention, self.parent), WORK_LIMIT_S)
        matches = self._known if not words else await in_thread(partial(index.sessions, words), WORK_LIMIT_S)
        total_bytes = sum(each.size_bytes for each in self._known)
        self._page.panel.show_sessions(matches, len(self._known), total_bytes, rule)
        self._chosen()

    def _page_changed(self) -> None:
        if self._frame.current == SESSIONS:
            self._page.trend.build()
            self.look()

    def _chosen(self) -> None:
        selected = self._page.panel.list.selected()
        if len(selected) == 1:
            self._page.detail.show_session(selected[0])
        elif len(selected) != 2:
            self._page.detail.show_none()
        elif self._compared is None or {each.name for each in selected} != set(self._compared):
            self._swapped = False
            self._compare()
            return
        if len(selected) != 2:
            self._compared = None
        self._show_trend()

    def _show_trend(self) -> None:
        selected = self._page.panel.list.selected()
        if not selected:
            self._page.trend.show_trend(None)
            return
        alike = [each for each in alike_to(self._known, selected[0]) if each.verdict in EVIDENCE][-TREND_MAX:]
        is_reading = not all(each.name in self._intervals for each in alike)
        self._draw_trend(self._known, is_reading=is_reading)
        if is_reading:
            self._tasks.start("reading intervals", self._read_intervals(alike), group=TREND, exclusive=True)

    def _draw_trend(self, sessions: Sequence[SessionFacts], *, is_reading: bool = False) -> None:
        selected = self._page.panel.list.selected()
        if selected:
            known = [replace(each, intervals=self._intervals.get(each.name, {})) for each in sessions]
            shown = trend(known, selected[0], self._page.trend.figure)
            self._page.trend.show_trend(shown, frozenset(each.name for each in selected), is_reading=is_reading)

    async def _read_intervals(self, sessions: Sequence[SessionFacts]) -> None:
        """The trend is shown without them at first: of large recordings they take seconds."""
        work = partial(SessionIndex(self.parent).with_intervals, sessions)
        self._intervals |= {each.name: each.intervals for each in await in_thread(work, WORK_LIMIT_S)}
        self._draw_trend(self._known)

    # ------------------------------------------------------------ comparison

    def _swap(self) -> None:
        self._swapped = not self._swapped
        self._compare()

    def _compare(self, *, force: bool = False) -> None:
        selected = sorted(
            self._page.panel.list.selected(), key=lambda each: (each.wall_time, each.name), reverse=self._swapped
        )
        if len(selected) == 2:
            base, new = selected
            self._compared = (base.name, new.name)
            self._page.detail.show_waiting(base, new)
            self._show_trend()
            work = self._compare_both(base, new, force=force)
            self._tasks.start("comparing sessions", work, group=COMPARE, exclusive=True)

    async def _compare_both(self, base: SessionFacts, new: SessionFacts, *, force: bool) -> None:
        folders = self.parent / base.name, self.parent / new.name
        try:
            result: Comparison = await in_thread(partial(compare_sessions, *folders, (), force=force), WORK_LIMIT_S)
        except (ProblemError, OSError) as error:
            if self._compared == (base.name, new.name):  # else they have been deleted meanwhile
                reason = error.problem.sentence() if isinstance(error, ProblemError) else f"{error.strerror or error}."
                self._page.detail.show_failed(base, new, reason)
            return
        if self._compared == (base.name, new.name):
            self._page.detail.show_comparison(base, new, result)

    def _ask_comparison(self, result: Comparison) -> None:
        name = f"{result.base}-{result.new}"
        ask_comparison(self._page.window(), name, partial(self.save_comparison, result))

    def save_comparison(self, result: Comparison, target: Path) -> None:
        """Write a comparison in the format of the file's name."""

        def done() -> None:
            problem = Problem(code="comparison_saved", what="Comparison saved.", why=str(target))
            self._banners.show_problem(problem, "ok", {"Show in folder": partial(open_folder, target)})

        self._change("saving a comparison", lambda: write_whole(target, comparison_document(result, target)), done)

    # ------------------------------------------------------------ actions

    def act(self, name: str) -> None:
        """Carry out one of `SessionsPanel.ACTIONS` for the selected sessions."""
        selected = self._page.panel.list.selected()
        if not selected:
            return
        first = selected[0]
        match name:
            case "Open":
                self._show_on_live(first.name, 0.0)
            case "Replay":
                self._show_on_live(first.name, 1.0)
            case "Present":
                if not self._is_busy():
                    self.present(sorted(self.parent / each.name for each in selected[:2]))
            case "Compare":
                self._compare()
            case "Report…":
                self.reports.write(self.parent / first.name)
            case "Export…":
                ask_export(self._page.window(), first.name, partial(self.export_to, first.name))
            case "Rename…":
                AboutDialog(self._page.window(), first, partial(self.describe, first.name)).open()
            case "Show folder":
                open_folder(self.parent / first.name)
            case _:
                self.delete([each.name for each in selected])

    def _show_on_live(self, name: str, speed: float) -> None:
        if not self._is_busy():
            self._frame.show_page(LIVE)
            self._transcripts.open_session(self.parent / name, speed)

    def _is_busy(self) -> bool:
        """Whether a run is in progress, so that no session can be shown; it is said."""
        if self._transcripts.busy:
            self._banners.show_problem(RUN_ACTIVE, "warn")
        return self._transcripts.busy

    def delete(self, names: list[str]) -> None:
        """Move sessions to the trash, and offer to undo it."""

        def work() -> None:
            for name in names:
                delete(self.parent, name)

        def bring_back() -> None:
            for name in names:
                restore(self.parent, name)

        def undo() -> None:
            self._change("restoring sessions", bring_back)

        def done() -> None:
            amount = "The session is" if len(names) == 1 else f"{len(names):,} sessions are"
            problem = Problem(code=DELETED, what=f"{amount} deleted.", why=", ".join(names[:3]))
            self._banners.withdraw(DELETED)
            self._banners.show_problem(problem, "ok", {"Undo": undo})

        self._change("deleting sessions", work, done)

    def describe(self, name: str, about: About) -> None:
        """Keep what the user says of a session."""
        self._change("naming a session", partial(write_about, self.parent / name, about))

    def export_to(self, name: str, target: Path) -> None:
        """Write a session into one file."""

        def done(_: None) -> None:
            problem = Problem(code="session_exported", what="Session exported.", why=str(target))
            self._banners.show_problem(problem, "ok", {"Show in folder": partial(open_folder, target)})

        self._jobs.start(f"Exporting {name}", partial(export, self.parent, name, target), done)

    def import_file(self, source: Path) -> None:
        """Add a session from a file."""
        work = partial(import_session, self.parent, source)
        self._jobs.start(f"Importing {source.name}", work, ended=self.look)

    def _toggle_star(self, name: str) -> None:
        session = next((each for each in self._known if each.name == name), None)
        if session is not None:
            about = session.about
            self.describe(name, About(title=about.title, note=about.note, starred=not about.starred))

    def _change(self, what: str, work: Callable[[], object], done: Callable[[], object] = lambda: None) -> None:
        async def carry_out() -> None:
            try:
                await in_thread(work, WORK_LIMIT_S)
            finally:
                self.look()
            done()

        self._tasks.start(what, carry_out(), group=FILES)
