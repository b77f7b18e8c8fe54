"""Which endpoint: the list, with the built-in one on top."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from flux_desktop.engine.records.plan import LOCAL_ENDPOINT
from flux_desktop.local_faults import FAULTS
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.developer import LocalBehaviour
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.panels.account_box import AccountBox
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_XS, TYPE_BODY_PX, TYPE_CAPTION_PX, font
from flux_desktop.ui.widgets.basics import ElidedLabel, IconButton, Panel, button, pill, plain_tip, set_role

ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
ROW_PX, ROW_LINE_PX = 42, 24
ROWS, ROWS_COMPACT = 4, 2
"""Endpoints that the list shows without scrolling."""
UNFILTERED = 6
"""So many endpoints are found without a filter."""
UNUSUAL_PX = 190


class EndpointDelegate(QStyledItemDelegate):
    """Paints one endpoint: a dot, its name and what it is, and its status as a word. `one_line`: not what it is."""

    one_line = False

    def __init__(self, theme: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, self.row_px)

    @property
    def row_px(self) -> int:
        """Height of a row."""
        return ROW_LINE_PX if self.one_line else ROW_PX

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: EndpointEntry = index.data(ENTRY_ROLE)
        theme = self._theme.current
        tone = {"ok": theme.ok, "warn": theme.warn, "danger": theme.danger}.get(entry.tone, theme.accent)
        box = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(theme.accent), 1.2))
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(box, 7, 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tone))
        painter.drawEllipse(QRectF(box.left() + 10, box.center().y() - 4, 8, 8))
        inner = box.adjusted(28, 4, -10, -4) if not self.one_line else box.adjusted(28, 0, -10, 0)
        left, right, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(tone))
        painter.setFont(font(TYPE_CAPTION_PX))
        status_width = painter.fontMetrics().horizontalAdvance(entry.status) + 8
        painter.drawText(inner, int(right | middle), entry.status)
        texts = inner.adjusted(0, 0, -status_width, 0)
        if not self.one_line:
            painter.setPen(QColor(theme.muted))
            detail = painter.fontMetrics().elidedText(entry.detail, Qt.TextElideMode.ElideRight, int(texts.width()))
            painter.drawText(texts, int(left | Qt.AlignmentFlag.AlignBottom), detail)
        painter.setPen(QColor(theme.text))
        painter.setFont(font(TYPE_BODY_PX, bold=True))
        name = painter.fontMetrics().elidedText(entry.name, Qt.TextElideMode.ElideMiddle, int(texts.width()))
        painter.drawText(texts, int(left | (middle if self.one_line else Qt.AlignmentFlag.AlignTop)), name)
        painter.restore()


class EndpointPanel(Panel):
    """The list of endpoints.

    Signals:
        refresh_wanted: the account's list is to be reloaded.
        details_wanted: the name of an endpoint, and the window that asks.
        models_wanted: the speech models of the built-in endpoint are to be shown.
    """

    refresh_wanted = Signal()
    details_wanted = Signal(str, QWidget)
    models_wanted = Signal()

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        # Lambdas: a signal must not be touched before the base class is made.
        self.account_button = button(
            "AWS account",
            self._account_clicked,
            kind="link",
            tip="Show your SageMaker endpoints (Ctrl+Shift+A)",
        )
        self.account_button.setCheckable(True)
        self.details_button = IconButton(theme, "info", "Endpoint details (Ctrl+I)", self._details)
        self.refresh_button = IconButton(
            theme, "refresh-cw", "Refresh endpoints (F5)", lambda: self.refresh_wanted.emit()
        )
        super().__init__("Endpoint", "", self.details_button, self.refresh_button, self.account_button)
        self.account = AccountBox(state)
        self.body.addWidget(self.account)
        for widget in (self.account, self.refresh_button):
            widget.hide()
        self._state = state
        self._endpoints = state.endpoints
        self._compact = self._locked = False
        self._behaviour_shown = LocalBehaviour()
        self.list = QListWidget()
        self.list.setAccessibleName("Endpoints")
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._delegate = EndpointDelegate(theme, self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(lambda item, _old: self._changed(item))
        self.body.addWidget(self.list)
        self.fault, self.build = pill("", "warn"), pill("", "quiet")
        self.reset_button = button(
            "Reset", self._reset_behaviour, kind="link", tip="Make the built-in endpoint behave like Flux again"
        )
        unusual = QGridLayout()
        unusual.setVerticalSpacing(SPACE_XS)
        unusual.addWidget(self.fault, 0, 0)
        unusual.addWidget(self.build, 1, 0)
        unusual.addWidget(self.reset_button, 0, 1, 2, 1, Qt.AlignmentFlag.AlignRight)
        self.body.addLayout(unusual)
        self._show_behaviour(self._behaviour_shown)
        self.speech = ElidedLabel("caption")
        self.models_button = button(
            "Models…",
            lambda: self.models_wanted.emit(),
            kind="link",
            tip="See which speech models are installed, and download them",
        )
        speech_row = QHBoxLayout()
        speech_row.addWidget(self.speech, 1)
        speech_row.addWidget(self.models_button)
        self.body.addLayout(speech_row)
        self._note = ""
        self.refresh()
        state.listen(self._show_choices)

    def refresh(self) -> None:
        """List the endpoints again; the chosen one is selected if it is listed, else the built-in one."""
        self.list.blockSignals(True)
        self.list.clear()
        for entry in self._endpoints.shown():
            item = QListWidgetItem()
            item.setData(ENTRY_ROLE, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.name}, {entry.status}, {entry.detail}")
            item.setToolTip(plain_tip(f"{entry.name}\n{entry.detail}\n{entry.status}"))
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._show_parts()
        self._show_choices()

    def set_compact(self, on: bool) -> None:
        """Show less: two rows of the list, or four of one line and the filters where there are many."""
        if on is not self._compact:
            self._compact = on
            self._show_parts()

    def set_tight(self, on: bool) -> None:
        """Show of problems only what happened."""
        self.account.set_tight(on)

    def _show_parts(self) -> None:
        many = self.list.count() > UNFILTERED
        rows = ROWS_COMPACT if self._compact and not many else ROWS
        self._delegate.one_line = self._compact and many
        self.list.setFixedHeight(min(rows, self.list.count()) * self._delegate.row_px + 4)
        self.account.show_filters(not self._compact or many)
        if (current := self.list.currentItem()) is not None:
            self.list.scrollToItem(current)

    def select(self, name: str) -> None:
        """Choose an endpoint by name; it is used as soon as it is listed."""
        self._state.choices.endpoint = name
        self._state.changed()

    def _show_choices(self) -> None:
        name = self._state.endpoint
        for row in range(self.list.count()):
            if self.list.item(row).data(ENTRY_ROLE).name == name and row != self.list.currentRow():
                self.list.blockSignals(True)
                self.list.setCurrentRow(row)
                self.list.blockSignals(False)
        self._show_speech()
        if self._behaviour_shown != self._state.local:
            self._behaviour_shown = self._state.local
            self._show_behaviour(self._behaviour_shown)

    def _reset_behaviour(self) -> None:
        self._state.local = LocalBehaviour()
        self._state.changed()

    def open_account(self, on: bool) -> None:
        """Show or hide the account controls; the list is loaded the first time."""
        opening = on and not self.account_button.isChecked()
        self.account_button.setChecked(on)
        self.account.setVisible(on)
        self.refresh_button.setVisible(on)
        if opening or (on and not self._endpoints.account):
            self.refresh_wanted.emit()

    def _account_clicked(self) -> None:
        self.open_account(self.account_button.isChecked())

    def _details(self) -> None:
        if self._state.endpoint == LOCAL_ENDPOINT:
            self.models_wanted.emit()
        else:
            self.details_wanted.emit(self._state.endpoint, self.window())

    def _show_speech(self) -> None:
        """Show the notes of a run; else what transcribes speech on the built-in endpoint, or how to get it.

        The line is there at all times, so that nothing below it moves when a run begins or ends.
        """
        models = self._state.speech_models
        is_local = models.known and self._state.endpoint == LOCAL_ENDPOINT
        self.models_button.setVisible(is_local)
        has_note = bool(self._note) and (self._locked or not is_local)
        self.speech.setText(self._note if has_note else models.summary if is_local else "")
        tips = (self._note, models.sentence if is_local else "")
        self.speech.setToolTip(plain_tip("\n".join(filter(None, tips))))
        missing = models.english.folder is None and not models.english.fetching
        set_role(self.speech, "warn" if is_local and missing else "caption")

    def _show_behaviour(self, behaviour: LocalBehaviour) -> None:
        """Show the fault that the built-in endpoint injects and its build, where either is not the usual one."""
        fault, build = behaviour.fault_words(), behaviour.build_and_limit_words()
        for value_label, words in ((self.fault, fault and f"fault: {fault}"), (self.build, build)):
            value_label.setText(value_label.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, UNUSUAL_PX))
            value_label.setToolTip(words)
            value_label.setVisible(bool(words))
        kind = FAULTS.get(behaviour.fault)
        self.fault.setToolTip(f"fault: {fault}\n{'' if kind is None else kind.sentence}")
        self.reset_button.setVisible(bool(fault or build))

    def set_note(self, text: str) -> None:
        """Show what there is to say about a run, such as which recogniser produces its text."""
        self._note = text
        self._show_speech()

    def set_locked(self, locked: bool) -> None:
        """The endpoint cannot be changed while a run is in progress."""
        self._locked = locked
        self.list.setEnabled(not locked)
        self._show_speech()
        self.account.setEnabled(not locked)
        self.refresh_button.setEnabled(not locked)
        self.reset_button.setEnabled(not locked)

    def _changed(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._note = ""
            self.select(item.data(ENTRY_ROLE).name)
