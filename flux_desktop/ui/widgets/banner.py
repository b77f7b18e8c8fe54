"""Problems in the window: what happened, why, and what to do; they stay until they are closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from flux_desktop.base.problem import Problem
from flux_desktop.ui.style import icons
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S, SPACE_XS
from flux_desktop.ui.widgets.basics import IconButton, button, label
from flux_desktop.ui.widgets.flow import FlowLayout

BANNERS_MAX = 3
Actions = Mapping[str, Callable[[], object]]
_ICONS = {"danger": "circle-x", "warn": "triangle-alert", "ok": "circle-check"}
_KEPT_GAP = re.compile(r"(?<=\d) (?=(?:%|ms|s|min|h|[kMGT]?B|k?Hz|dB)(?!\w))|(?<=\bn) (?==)|(?<=\bn =) ")


def _kept_together(words: str) -> str:
    """Words as a label shows them: no line ends within “5 ms” or “n = 20”. Qt copies them with plain spaces."""
    return _KEPT_GAP.sub("\u00a0", words)


class Banner(QWidget):
    """One problem, as text that can be selected and copied, and buttons for `actions`, which also close it.

    Signals:
        dismissed: the person has closed it; carries this banner.
    """

    dismissed = Signal(object)

    def __init__(self, theme: ThemeSource, problem: Problem, tone: str, actions: Actions | None = None) -> None:
        super().__init__()
        self.problem = problem
        self.count = 1
        self.setObjectName("banner")
        self.setProperty("tone", tone)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(problem.sentence())
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        row.setSpacing(SPACE_S)
        sign = QLabel()
        colours = {"danger": theme.current.danger, "warn": theme.current.warn, "ok": theme.current.ok}
        sign.setPixmap(icons.pixmap(_ICONS[tone], colours[tone], 18))
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        self._what = label(_kept_together(problem.what), "strong", wrap=True)
        texts.addWidget(self._what)
        for part, role in ((problem.why, "muted"), (problem.todo, "body")):
            if part:
                words = label(_kept_together(part), role, wrap=True)
                words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                texts.addWidget(words)
        row.addLayout(texts, 1)
        self.buttons = {name: button(name, partial(self._act, act)) for name, act in (actions or {}).items()}
        if self.buttons:  # below the text, which needs the width
            line = QWidget()
            self._flow = FlowLayout(
                line, SPACE_S
            )  # held: Qt asks a layout written in Python for its height at any time
            for widget in self.buttons.values():
                self._flow.addWidget(widget)
            texts.addSpacing(SPACE_XS)
            texts.addWidget(line)
        self.close_button = IconButton(theme, "x", "Dismiss message")
        self.close_button.clicked.connect(self.dismiss)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)

    def _act(self, act: Callable[[], object]) -> None:
        self.dismiss()
        act()

    def count_again(self) -> None:
        """Count another occurrence of the same problem."""
        self.count += 1
        self._what.setText(_kept_together(f"{self.problem.what} ({self.count} times)"))

    def dismiss(self) -> None:
        """Close the message."""
        self.dismissed.emit(self)


class BannerStack(QWidget):
    """The newest problems, at most `BANNERS_MAX`; the same one twice is counted, not repeated."""

    def __init__(self, theme: ThemeSource, follows: QWidget | None = None) -> None:
        """The keyboard reaches the banners after `follows`."""
        super().__init__()
        self._theme = theme
        self._follows = follows
        self._works: dict[QWidget, QWidget] = {}
        """Bars of what is in progress, in their frames."""
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_XS)
        self.hide()

    def show_problem(self, problem: Problem, tone: str = "danger", actions: Actions | None = None) -> None:
        """Put a problem on top, with buttons where something can be done at once."""
        for banner in self.banners():
            if banner.problem == problem:
                banner.count_again()
                return
        banner = Banner(self._theme, problem, tone, actions)
        banner.dismissed.connect(self._remove)
        self._layout.insertWidget(0, banner)
        if self._follows is not None and self._follows.window() is self.window():
            for before, after in pairwise([self._follows, *banner.buttons.values(), banner.close_button]):
                QWidget.setTabOrder(before, after)
        for old in self.banners()[BANNERS_MAX:]:
            self._remove(old)
        self.show()

    def add_work(self, bar: QWidget) -> None:
        """Have a place below the messages for the progress of something that may take long; `show_work` shows it."""
        frame = QWidget()
        frame.hide()
        frame.setObjectName("banner")
        frame.setProperty("tone", "work")
        frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(frame)
        column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        column.addWidget(bar)
        self._works[bar] = frame
        self._layout.addWidget(frame)

    def show_work(self, bar: QWidget) -> None:
        """It does take long."""
        self._works[bar].show()
        self._show_any()

    def remove_work(self, bar: QWidget) -> None:
        """It has ended."""
        frame = self._works.pop(bar)
        self._layout.removeWidget(frame)
        frame.hide()
        frame.deleteLater()
        self._show_any()

    def banners(self) -> list[Banner]:
        """The banners shown, newest first."""
        items = (self._layout.itemAt(i) for i in range(self._layout.count()))
        return [widget for item in items if item is not None and isinstance(widget := item.widget(), Banner)]

    def newest_failure(self) -> str:
        """The newest message of a failure, as one text; empty without one."""
        failed = (banner.problem.sentence() for banner in self.banners() if banner.property("tone") == "danger")
        return next(failed, "")

    def withdraw(self, code: str) -> None:
        """Close the banner of a problem that does not exist any more."""
        for banner in self.banners():
            if banner.problem.code == code:
                self._remove(banner)

    def clear(self) -> None:
        """Close all."""
        for banner in self.banners():
            self._remove(banner)

    def _remove(self, banner: Banner) -> None:
        self._layout.removeWidget(banner)
        banner.hide()
        banner.deleteLater()
        self._show_any()

    def _show_any(self) -> None:
        self.setVisible(bool(self.banners()) or any(not frame.isHidden() for frame in self._works.values()))
