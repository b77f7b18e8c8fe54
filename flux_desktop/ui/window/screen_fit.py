"""Fits the window to its screen: its size when it opens, and scroll bars where a page needs more room."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

PAGE_SMALLEST = QSize(1100, 640)
"""Below this size the pages are scrolled: a screen of 1366 × 768 pixels at 200 % has 683 × 384."""  # noqa: RUF001
WINDOW_SMALLEST = QSize(480, 320)
FRAME = QSize(12, 44)
"""What a window manager adds to a window, at most: its frame and title."""


def fitted(wanted: QSize, available: QSize) -> QSize:
    """The size of a window that is to fit a screen with `available` room, its frame included."""
    return wanted.boundedTo(available - FRAME).expandedTo(WINDOW_SMALLEST)


class _Room(QWidget):
    """Gives `pages` all of its room. Not by a layout: a scroll area would give a layout the height that it prefers."""

    def __init__(self, pages: QWidget) -> None:
        super().__init__()
        self._pages = pages
        pages.setParent(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._pages.setGeometry(self.rect())


class PageScroller(QScrollArea):
    """Scrolls `pages` where the window is smaller than they need; the presenter view has no smallest size."""

    def __init__(self, pages: QWidget) -> None:
        super().__init__()
        self._room = _Room(pages)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(self._room)
        self.set_scrolled(True)

    def set_scrolled(self, on: bool) -> None:
        """Keep the pages at their smallest size at least, or let them have any size."""
        self._room.setMinimumSize(PAGE_SMALLEST if on else QSize(1, 1))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Scrolls to what the Tab key reaches, but not when a button that has had the focus is disabled."""
        focused = self.window().focusWidget()
        by_key = focused is None or focused.isEnabled()
        bars = self.horizontalScrollBar(), self.verticalScrollBar()
        places = [bar.value() for bar in bars]
        found = super().focusNextPrevChild(forward)
        if not by_key:
            for bar, place in zip(bars, places, strict=True):
                bar.setValue(place)
        return found
