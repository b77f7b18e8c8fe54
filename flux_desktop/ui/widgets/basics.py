"""Labels, pills and buttons in the house style; every label shows plain text only."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtGui import Qt as QtText
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from flux_desktop.base.redaction import redact_data
from flux_desktop.ui.style import icons
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S

ZERO_WIDTH_SPACE = "\u200b"
_UNBROKEN = re.compile(r"\S{30,}")


def label(text: str = "", role: str = "body", *, wrap: bool = False) -> QLabel:
    """A label that never takes its text for markup; `role` names a style of the sheet."""
    widget = QLabel(text)
    widget.setTextFormat(Qt.TextFormat.PlainText)
    widget.setProperty("role", role)
    widget.setWordWrap(wrap)
    return widget


def breakable(words: str) -> str:
    """Words of which long names, such as that of an SSO role, may be broken: a line of a label ends at blanks only."""
    return _UNBROKEN.sub(lambda long: ZERO_WIDTH_SPACE.join(long.group()), words)


def plain_tip(words: str) -> str:
    """Words as a tip shows them: Qt takes what looks like markup for it, and words from outside are none."""
    return f"<qt>{html.escape(words)}</qt>" if QtText.mightBeRichText(words) else words


def copy_text(words: str) -> None:
    """Put plain words on the clipboard, without secrets."""
    QGuiApplication.clipboard().setText(redact_data(words))


def set_role(widget: QWidget, role: str, name: str = "role") -> bool:
    """Change a widget's style; returns False, doing nothing, where it has it already."""
    if widget.property(name) == role:
        return False
    widget.setProperty(name, role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    return True


def pill(text: str = "", tone: str = "quiet") -> QLabel:
    """A small rounded label; `tone` is ok, warn, danger, eager, accent or quiet."""
    widget = QLabel(text)
    widget.setTextFormat(Qt.TextFormat.PlainText)
    widget.setProperty("pill", tone)
    widget.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return widget


def button(text: str, on_click: Callable[[], object], *, kind: str = "plain", tip: str = "") -> QPushButton:
    """A push button; `kind` is go, stop, segment, link or plain."""
    widget = QPushButton(text)
    widget.setProperty("kind", kind)
    widget.setAccessibleName(text)
    widget.setToolTip(tip)
    widget.clicked.connect(lambda _checked=False: on_click())
    return widget


def roomy(field: QAbstractSpinBox) -> None:
    """Keep a number off its frame: the style sheet's padding does not reach the line inside a spin box."""
    line = field.findChild(QLineEdit)
    if line is not None:
        line.setTextMargins(6, 0, 6, 0)


class ElidedLabel(QLabel):
    """A line that ends in an ellipsis where it has no room; the tip holds all of it."""

    def __init__(self, role: str = "body", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._full = ""
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, words: str) -> None:
        if words != self._full:
            self._full = words
            self.setToolTip(plain_tip(words))
            self._elide()

    def full_text(self) -> str:
        """All of the text."""
        return self._full

    def minimumSizeHint(self) -> QSize:
        # What is shown now must not keep the column from becoming narrower.
        return QSize(0, super().minimumSizeHint().height())

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, self._mode, self.width())
        super().setText("" if shown in ("…", ".") else shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()


class IconButton(QToolButton):
    """A button with an icon only; its name is spoken and shown as the tip."""

    def __init__(self, theme: ThemeSource, icon: str, name: str, on_click: Callable[[], object] | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._icon = icon
        self.setProperty("kind", "icon")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setIconSize(QSize(16, 16))
        if on_click is not None:
            self.clicked.connect(lambda _checked=False: on_click())
        theme.changed.connect(self._repaint)
        self._repaint()

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        if icon != self._icon:
            self._icon = icon
            self._repaint()

    def _repaint(self) -> None:
        colours = self._theme.current
        self.setIcon(icons.icon(self._icon, colours.muted, colours.border))


class Panel(QWidget):
    """A framed area with a heading, its actions and an explaining line; widgets go into `body`."""

    def __init__(self, title: str, subtitle: str = "", *actions: QWidget) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(SPACE_M, SPACE_S + 2, SPACE_M, SPACE_M)
        self.body.setSpacing(SPACE_S)
        head = self.head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        self.title = label(title, "title")
        head.addWidget(self.title)
        head.addStretch()
        for action in actions:
            head.addWidget(action)
        self.body.addLayout(head)
        self.subtitle = label(subtitle, "caption", wrap=True)
        self.body.addWidget(self.subtitle)
        self.subtitle.setVisible(bool(subtitle))
