"""Three presets derived from the recording, each with a limit that can be edited."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.evaluation.thresholds.presets import Preset, PresetLimit
from flux_desktop.ui.models.tune import TuneModel
from flux_desktop.ui.models.tune_figures import interval_text, value_text
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S
from flux_desktop.ui.widgets.basics import ElidedLabel, label, set_role
from flux_desktop.ui.widgets.decimal_field import DecimalField

LIMIT_MEANING = "The largest share of the holds in which the speaker may be cut off, with 95 % confidence."


def undecided_words(preset: Preset) -> str:
    """Why there is no setting, in the few words that a card has room for; the tip says all."""
    if preset.holds_needed is not None:
        return f"This data does not decide it: {preset.holds_needed:,} more holds are needed."
    what, _, _why = preset.undecided.partition(":")
    return f"{what.rstrip('.')}." if what else ""


class PresetCard(QWidget):
    """One preset: its figures and setting, or why this data has none.

    Signals:
        chosen: the card was clicked, or Space or Return was pressed on it.
        limit_edited: another limit was entered (0 to 1).
    """

    chosen = Signal()
    limit_edited = Signal(float)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setObjectName("preset")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S + 2, SPACE_S, SPACE_S - 2, SPACE_S)
        column.setSpacing(2)
        self.limit = DecimalField()
        self.limit.setRange(0.1, 60.0)
        self.limit.setDecimals(1)
        self.limit.setSingleStep(0.5)
        self.limit.setPrefix("≤ ")
        self.limit.setSuffix(" %")
        self.limit.setFixedWidth(68)
        self.limit.setKeyboardTracking(False)
        self.limit.setAccessibleName(f"Limit of {name}: at most this share of holds cut off")
        self.limit.setToolTip(LIMIT_MEANING)
        head = QHBoxLayout()
        head.addWidget(label(name, "strong"))
        head.addStretch()
        head.addWidget(self.limit)
        column.addLayout(head)
        self.figures, self.detail, self.setting = ElidedLabel("strong"), ElidedLabel("caption"), ElidedLabel("caption")
        self.reason = label("", "caption", wrap=True)
        for line in (self.figures, self.detail, self.setting, self.reason):
            column.addWidget(line)
        column.addStretch()
        self.limit.valueChanged.connect(lambda percent: self.limit_edited.emit(percent / 100))

    def show_preset(self, limit: PresetLimit, preset: Preset | None, *, selected: bool) -> None:
        """Show what the limit leads to; `preset` is None before the first recording."""
        with QSignalBlocker(self.limit):
            self.limit.setValue(100 * limit.cut_share_max)
        decided = preset is not None and preset.figures is not None and preset.setting is not None
        for line in (self.figures, self.detail, self.setting):
            line.setVisible(decided)
        self.reason.setVisible(not decided)
        words = "" if preset is None else preset.undecided
        if preset is not None and preset.figures is not None and preset.setting is not None:
            cut, wait = preset.figures.cut_offs_per_hold, preset.figures.decision_latency_ms["p50"]
            shown = value_text(cut, is_share=True), value_text(wait, is_share=False)
            words = f"{shown[0]} of the holds cut off, wait {shown[1]} (p50), at {preset.setting.text}"
            self.figures.setText(f"{shown[0]} cut · {shown[1]}")
            self.figures.setToolTip(f"{words}.")
            self.detail.setText(f"{interval_text(cut, is_share=True)}, n {cut.n:,}")
            self.setting.setText(preset.setting.text)
        self.reason.setText("Shown once recorded." if preset is None else undecided_words(preset))
        self.reason.setToolTip(words)
        self.setAccessibleName(f"{self._name}: {words or 'not recorded yet'}")
        set_role(self, "on" if selected and preset is not None else "off", "chosen")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.update()


class PresetCards(QWidget):
    """The cards side by side.

    Signals:
        chosen: place of the preset.
        limit_edited: place and new limit (0 to 1).
    """

    chosen = Signal(int)
    limit_edited = Signal(int, float)

    def __init__(self, model: TuneModel) -> None:
        super().__init__()
        self._model = model
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_M)
        self.cards = [PresetCard(limit.name.capitalize()) for limit in model.limits]
        for place, card in enumerate(self.cards):
            row.addWidget(card, 1)
            card.chosen.connect(lambda place=place: self.chosen.emit(place))
            card.limit_edited.connect(lambda share, place=place: self.limit_edited.emit(place, share))
        self.refresh()

    def refresh(self) -> None:
        """Show the model."""
        presets = self._model.presets
        for place, card in enumerate(self.cards):
            preset = presets[place] if presets else None
            card.show_preset(self._model.limits[place], preset, selected=place == self._model.selected)
