"""Every message of one connection, in and out, one a line; filtered by what is typed, opened by a double click."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from flux_desktop.base.amounts import amount
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.raw_log import RAW_KEPT, RawMessage
from flux_desktop.ui.models.raw_text import line_body, pretty
from flux_desktop.ui.style.tokens import SPACE_S, TYPE_CAPTION_PX, font
from flux_desktop.ui.widgets.basics import label
from flux_desktop.ui.widgets.text_dialog import TextDialog


class RawView(QWidget):
    """Plain lines: seconds of the run, direction, message. New ones are appended, old ones leave at the top."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__()
        self._conversation = conversation
        self._read_count = 0
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter, for example EndOfTurn, Configure, out")
        self.filter.setAccessibleName("Filter messages")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._rebuild)
        self.lines = QPlainTextEdit()
        self.lines.setReadOnly(True)
        self.lines.setMaximumBlockCount(RAW_KEPT)
        self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.lines.setFont(font(TYPE_CAPTION_PX, fixed=True))
        self.lines.setAccessibleName("Messages sent and received")
        self.lines.setToolTip("Double-click a message, or press Enter, to read it in full.")
        # Enter needs a cursor in a text that cannot be edited.
        self.lines.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.lines.installEventFilter(self)
        self.lines.viewport().installEventFilter(self)
        self._shown: deque[RawMessage] = deque(maxlen=RAW_KEPT)
        """The messages of the lines, in order."""
        self._count = label("", "caption")
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.filter, 1)
        row.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addLayout(row)
        layout.addWidget(self.lines, 1)

    def refresh(self) -> None:
        """Append what has come since the last call."""
        log = self._conversation.raw
        new = log.count - self._read_count
        if new <= 0:
            return
        self._read_count = log.count
        wanted = self.filter.text().strip().lower()
        fresh = [(_line(message), message) for message in log.newest(new)]
        shown = [(line, message) for line, message in fresh if wanted in line.lower()]
        if shown:
            bar = self.lines.verticalScrollBar()
            at_end = bar.value() >= bar.maximum() - 4
            self._shown.extend(message for _line, message in shown)
            self.lines.appendPlainText("\n".join(line for line, _message in shown))
            if at_end:
                bar.setValue(bar.maximum())
        self._count.setText(amount(log.count, "message"))

    def _rebuild(self) -> None:
        self.lines.clear()
        self._shown.clear()
        self._read_count = 0
        self.refresh()
        self.lines.moveCursor(QTextCursor.MoveOperation.End)

    def open_message(self) -> None:
        """Show the message of the line with the cursor in full."""
        number = self.lines.textCursor().blockNumber()
        if number < len(self._shown):
            message = self._shown[number]
            heading = f"{message.kind} {'sent' if message.outgoing else 'received'} at {message.t:.3f} s"
            TextDialog(self.window(), "Message", heading, pretty(message.text)).open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A double click, or Enter, opens a message."""
        clicked = watched is self.lines.viewport() and event.type() == QEvent.Type.MouseButtonDblClick
        entered = (
            watched is self.lines
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        )
        if clicked and isinstance(event, QMouseEvent):
            self.lines.setTextCursor(self.lines.cursorForPosition(event.position().toPoint()))
        if clicked or entered:
            self.open_message()
            return True
        return super().eventFilter(watched, event)


def _line(message: RawMessage) -> str:
    direction = "out →" if message.outgoing else "in  ←"
    return f"{message.t:9.3f} s  {direction}  {message.kind:<16} {line_body(message.text)}"
