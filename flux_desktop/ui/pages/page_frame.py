"""What stands around every page: the run bar on top, the rail on the left, the status line below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.pages.sessions_page import SessionsPage
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.rail import Rail

if TYPE_CHECKING:
    from flux_desktop.ui.pages.capacity_page import CapacityPage
    from flux_desktop.ui.pages.tune_page import TunePage


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page of the window: name and icon of its tile, and the shortcut that shows it."""

    name: str
    icon: str
    keys: str


PAGES = (
    PageEntry("Live", "audio-lines", "Ctrl+Alt+1"),
    PageEntry("Tune", "sliders-horizontal", "Ctrl+Alt+2"),
    PageEntry("Capacity", "gauge", "Ctrl+Alt+3"),
    PageEntry("Sessions", "history", "Ctrl+Alt+4"),
)
LIVE, TUNE, CAPACITY, SESSIONS = range(len(PAGES))


class PageFrame(QWidget):
    """Shows one page at a time. Pages that are not shown keep their state; the bar and the status line stay.

    Tune and Capacity are built when they are first shown.

    Signals:
        page_changed: another page is shown; read `current`.
    """

    page_changed = Signal()

    def __init__(
        self,
        theme: ThemeSource,
        state: AppState,
        live: LivePage,
        tune: Callable[[], TunePage],
        capacity: Callable[[], CapacityPage],
        sessions: SessionsPage,
    ) -> None:
        super().__init__()
        self._state = state
        self._live = live
        self._focused: dict[int, QWidget] = {}
        self._builders: dict[int, Callable[[], TunePage | CapacityPage]] = {TUNE: tune, CAPACITY: capacity}
        """Of the pages that are still to be built."""
        self._unbuilt = {index: QWidget() for index in self._builders}
        self._banner_places = {LIVE: live.middle, SESSIONS: sessions.middle}
        self.rail = Rail(theme)
        for entry in PAGES:
            self.rail.add(entry.name, entry.icon, entry.keys)
        self.stack = QStackedWidget()
        body = QWidget()
        body.setObjectName("body")
        columns = QHBoxLayout(body)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        columns.addWidget(self.rail)
        columns.addWidget(self.stack, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(live.run_bar)
        rows.addWidget(body, 1)
        rows.addWidget(live.status)
        for page in (live, *self._unbuilt.values(), sessions):
            self.stack.addWidget(page)
        self.rail.chosen.connect(self.show_page)
        state.listen(self._follow_state)

    @property
    def current(self) -> int:
        """The page that is shown, such as `LIVE`."""
        return self.stack.currentIndex()

    def show_page(self, index: int) -> None:
        """Show a page; the messages of the window come along."""
        self.rail.check(index)
        if index == self.current:
            return
        focused = QApplication.focusWidget()
        in_page = focused is not None and self.stack.isAncestorOf(focused)
        leaves = in_page or focused is self.rail.tiles[self.current]
        if index in self._builders:
            self._build(index)
        if focused is not None and in_page:
            self._focused[self.current] = focused
        self.stack.setCurrentIndex(index)
        if leaves:  # the keyboard returns to where it was on this page
            target = self._focused.get(index, self.rail.tiles[index])
            if isValid(target):
                target.setFocus(Qt.FocusReason.OtherFocusReason)
        self._banner_places[index].insertWidget(0, self._live.banners)
        self._live.run_bar.set_quiet(index != LIVE)
        self.page_changed.emit()

    def _build(self, index: int) -> None:
        page, empty = self._builders.pop(index)(), self._unbuilt.pop(index)
        self._banner_places[index] = page.middle
        self.stack.removeWidget(empty)
        self.stack.insertWidget(index, page)
        empty.deleteLater()

    def _follow_state(self) -> None:
        tile = self.rail.tiles[LIVE]
        if tile.busy is not self._state.run.active:
            tile.set_busy(self._state.run.active)
