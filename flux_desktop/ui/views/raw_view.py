"""Every message of one connection, in and out, as it was on the wire; filtered by what is typed."""

from __future__ import annotations

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.raw_log import RAW_KEPT, RawMessage
from flux_desktop.ui.style.tokens import SPACE_S, TYPE_CAPTION_PX, font
from flux_desktop.ui.widgets.basics import label

_CHARS_MAX = 4_000


class RawView(QWidget):
    """Plain lines: seconds of the run, direction, message. New ones are appended, old ones leave at the top."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__()
        self._conversation = conversation
        self._taken = 0
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
        new = log.count - self._taken
        if new <= 0:
            return
        self._taken = log.count
        wanted = self.filter.text().strip().lower()
        fresh = [_line(message) for message in log.newest(new)]
        shown = [line for line in fresh if wanted in line.lower()]
        if shown:
            bar = self.lines.verticalScrollBar()
            at_end = bar.value() >= bar.maximum() - 4
            self.lines.appendPlainText("\n".join(shown))
            if at_end:
                bar.setValue(bar.maximum())
        self._count.setText(f"{log.count} messages")

    def _rebuild(self) -> None:
        self.lines.clear()
        self._taken = 0
        self.refresh()
        self.lines.moveCursor(QTextCursor.MoveOperation.End)


def _line(message: RawMessage) -> str:
    direction = "out →" if message.outgoing else "in  ←"
    body = message.text.replace("\n", " ").replace("\r", " ")
    if len(body) > _CHARS_MAX:
        body = f"{body[:_CHARS_MAX]}… ({len(body)} characters)"
    return f"{message.t:9.3f} s  {direction}  {message.kind:<16} {body}"
