"""Editor for a list of short terms, shown as chips that can be removed one by one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.basics import label, plain_tip, set_role
from flux_desktop.ui.widgets.flow import FlowLayout


class Chip(QPushButton):
    """One term; the keys that delete a letter elsewhere remove it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.click()
            return
        super().keyPressEvent(event)


class ChipEditor(QWidget):
    """A list of terms. Enter or a comma adds one; a click on a chip, or Delete on it, removes it.

    Signals:
        changed: the list was changed by a person; read `terms`.
    """

    changed = Signal()

    def __init__(self, name: str, noun: str, placeholder: str, *, terms_max: int, chars_max: int) -> None:
        """`noun` names one term in sentences, such as “keyterm”; the limits are of the list and of one term."""
        super().__init__()
        self._noun, self._terms_max, self._chars_max = noun, terms_max, chars_max
        self._terms: list[str] = []
        self._refused = ""
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips)
        self.field = QLineEdit()
        self.field.setPlaceholderText(placeholder)
        self.field.setAccessibleName(name)
        self.field.returnPressed.connect(self._take_field)
        self.field.textEdited.connect(self._edited)
        self.remark = label("", "caption", wrap=True)
        self.remark.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S - 2)
        layout.addWidget(self._chips)
        layout.addWidget(self.field)
        layout.addWidget(self.remark)
        self._chips.hide()

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms, in the order in which they were added."""
        return tuple(self._terms)

    def set_terms(self, terms: tuple[str, ...]) -> None:
        """Replace the terms without emitting `changed`."""
        self._terms = list(terms)
        self._rebuild()

    def set_refused(self, why: str) -> None:
        """A build that ends a stream on these terms: none can be added, and `why` says so. Empty allows it."""
        if why == self._refused:
            return
        self._refused = why
        self.field.setEnabled(not why)
        self.field.setToolTip(why)
        self.remark.setText(why)
        self.remark.setVisible(bool(why))
        set_role(self.remark, "caption")

    def _edited(self, typed: str) -> None:
        if "," in typed or "\n" in typed:
            self._take_field()

    def _take_field(self) -> None:
        before = list(self._terms)
        refused = ""
        for term in (part.strip() for part in self.field.text().replace("\n", ",").split(",")):
            if not term or term in self._terms:
                continue
            if len(term) > self._chars_max:
                refused = f"A {self._noun} can have at most {self._chars_max} characters; this one has {len(term)}."
            elif len(self._terms) >= self._terms_max:
                refused = f"You can add at most {self._terms_max} {self._noun}s."
            else:
                self._terms.append(term)
        self.remark.setText(refused)
        self.remark.setVisible(bool(refused))
        set_role(self.remark, "danger" if refused else "caption")
        if not refused:
            self.field.clear()
        if self._terms != before:
            self._rebuild()
            self.changed.emit()

    def _remove(self, term: str) -> None:
        self._terms.remove(term)
        self._rebuild()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _rebuild(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for term in self._terms:
            chip = Chip(f"{term if len(term) <= 28 else term[:27] + '…'}  ×")  # noqa: RUF001 - a times sign
            chip.setObjectName("chip")
            chip.setAccessibleName(f"Remove {self._noun} {term}")
            chip.setToolTip(plain_tip(f"Remove {term}"))
            chip.clicked.connect(lambda _checked=False, removed=term: self._remove(removed))
            self._flow.addWidget(chip)
        self._chips.setVisible(bool(self._terms))
        self._chips.updateGeometry()
        self.updateGeometry()
