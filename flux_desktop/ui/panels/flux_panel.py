"""Flux parameters: thresholds, timeout, keyterms and filters, with what is in force beside each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from flux_desktop.flux.bundles import Bundle
from flux_desktop.flux.options import (
    KEYTERM_CHARS_MAX,
    KEYTERMS_MAX,
    LANGUAGES,
    MODELS,
    FluxOptions,
)
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.live_parameters import FieldState
from flux_desktop.ui.models.plan_from_choices import MULTILINGUAL, rejects
from flux_desktop.ui.models.presets import ParameterSet
from flux_desktop.ui.panels.control_row import ControlRow
from flux_desktop.ui.panels.filter_fields import FilterFields, reconnect_button
from flux_desktop.ui.panels.preset_menu import PresetMenu
from flux_desktop.ui.panels.threshold_fields import couple, eager_field, end_of_turn_field, timeout_field
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.basics import ElidedLabel, Panel, button, label, set_role
from flux_desktop.ui.widgets.chips import ChipEditor
from flux_desktop.ui.widgets.slider_field import SliderField
from flux_desktop.ui.widgets.three_state import ThreeState

NOT_SUPPORTED = "not supported by this build"

HINTS_NOTE = "Known builds refuse language hints with an English model. They are sent anyway."


class FluxPanel(Panel):
    """The parameters of the streams.

    Signals:
        changed: a parameter was changed by the user; read `AppState.options`.
        reconnect_wanted: new streams are to be opened with the chosen parameters.
        retry_wanted: changes during a stream, rejected once, are to be tried again.
    """

    changed = Signal()
    reconnect_wanted = Signal()
    retry_wanted = Signal()

    def __init__(self, state: AppState) -> None:
        self.model = QComboBox()
        self.model.addItems(MODELS)
        self.model.setAccessibleName("Flux model")
        self.presets_button = button(
            "Presets",
            self._preset_menu,
            kind="link",
            tip="Apply or save a set of parameters",
        )
        super().__init__("Flux", "", self.presets_button, self.model)
        body = self.body
        body.setSpacing(SPACE_S)
        self.eot, self.eager, self.timeout = end_of_turn_field(), eager_field(), timeout_field()
        self._fields = {
            "eot_threshold": self.eot,
            "eager_eot_threshold": self.eager,
            "eot_timeout_ms": self.timeout,
        }
        self.keyterms = ChipEditor(
            "Keyterms",
            "keyterm",
            "Add a keyterm and press Enter",
            terms_max=KEYTERMS_MAX,
            chars_max=KEYTERM_CHARS_MAX,
        )
        for widget in (self.eot, self.eager, self.timeout):
            body.addWidget(widget)
            widget.changed.connect(self._edited)
        keyterms_head = QHBoxLayout()
        self._keyterms_title = label("Keyterms", "strong")
        self.keyterms_button = self._fold_button("Keyterms", "Words that Flux is to recognise")
        self.send_button = self._fold_button("Send", "Control messages to the open streams")
        for part in (self._keyterms_title, self.keyterms_button, self.send_button):
            keyterms_head.addWidget(part)
        self.keyterm_state = ElidedLabel("caption")
        self.keyterm_state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        keyterms_head.addWidget(self.keyterm_state, 1)
        self.filters_button = button(
            "Filters",
            self._show_filters,
            kind="link",
            tip="Profanity filter, numerals, and language hints for an English model",
        )
        self.filters_button.setCheckable(True)
        keyterms_head.addWidget(self.filters_button)
        body.addLayout(keyterms_head)
        body.addWidget(self.keyterms)
        self.reconnect_button = reconnect_button(self.reconnect_wanted.emit)
        body.insertWidget(body.indexOf(self.eager) + 1, self.reconnect_button)
        self.filters_box = FilterFields(self.reconnect_wanted.emit)
        self.filters_box.changed.connect(self._edited)
        self.filters_box.hide()
        self.filters = self.filters_box.fields
        body.addWidget(self.filters_box)
        self.explanation = label("", "caption", wrap=True)
        self.retry_button = button(
            "Try again",
            self.retry_wanted.emit,
            kind="link",
            tip="Send the next change to the open streams although one was rejected before",
        )
        self.explanation.hide()
        self.retry_button.hide()
        body.addWidget(self.explanation)
        body.addWidget(self.retry_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hints = ChipEditor(
            "Language hints",
            "language hint",
            f"Languages: {', '.join(LANGUAGES)}",
            terms_max=KEYTERMS_MAX,
            chars_max=KEYTERM_CHARS_MAX,
        )
        self.hints.changed.connect(self._edited)
        self._hints_head = label("Language hints", "strong")
        body.addWidget(self._hints_head)
        body.addWidget(self.hints)
        self.hints_note = label(HINTS_NOTE, "warn", wrap=True)
        body.addWidget(self.hints_note)
        self.controls = ControlRow()
        self._send_box = QWidget()
        send = QVBoxLayout(self._send_box)
        send.setContentsMargins(0, 0, 0, 0)
        controls_head = QHBoxLayout()
        controls_head.addWidget(label("Send", "strong"))
        controls_head.addStretch()
        controls_head.addWidget(self.controls.target)
        send.addLayout(controls_head)
        send.addWidget(self.controls)
        body.addWidget(self._send_box)
        self._compact = self._send_folded = False
        self.send_fold = _SendFold(self)
        self.keyterms.changed.connect(self._edited)
        self.model.currentIndexChanged.connect(lambda _index: self._edited())
        self._couple()
        self._state = state
        self.presets = PresetMenu(self, state, self.use_preset)
        self._shown: FluxOptions | None = None
        self._show_choices()
        state.listen(self._show_choices)

    def _chosen_options(self) -> FluxOptions:
        """The parameters as the controls show them."""
        return FluxOptions(
            model=self.model.currentText(),
            eot_threshold=self.eot.value,
            eager_eot_threshold=self.eager.value,
            eot_timeout_ms=round((self.timeout.value or 5.0) * 1000),
            keyterms=self.keyterms.terms,
            language_hints=self.hints.terms,
            profanity_filter=self.filters["profanity_filter"].chosen,
            numerals=self.filters["numerals"].chosen,
        )

    def _show_choices(self) -> None:
        """Show what is chosen, where it is not what the controls already show."""
        options = self._state.choices.options
        if options == self._shown:
            return
        self._shown = options
        self.model.blockSignals(True)
        self.model.setCurrentText(options.model)
        self.model.blockSignals(False)
        self.eot.set_value(options.eot_threshold_in_force)
        self.eager.set_value(options.eager_eot_threshold)
        self.timeout.set_value(options.eot_timeout_ms_in_force / 1000)
        self.keyterms.set_terms(options.keyterms)
        self.hints.set_terms(options.language_hints)
        self.filters["profanity_filter"].set_value(options.profanity_filter)
        self.filters["numerals"].set_value(options.numerals)
        if (options.profanity_filter, options.numerals) != (None, None):
            self.filters_button.setChecked(True)
            self._show_filters()
        self._couple()
        self._show_parts()

    def show_states(
        self, states: dict[str, FieldState], *, reconnect: Sequence[str], explanation: str = "", retry: bool = False
    ) -> None:
        """Show beside each control what is in force; `reconnect` names what requires new streams.

        `explanation` says why changes are not sent to open streams, and `retry` offers to do so anyway.
        """
        of_filters = [name for name in reconnect if name in self.filters]
        self.reconnect_button.setVisible(len(of_filters) < len(reconnect))
        self.filters_box.reconnect_button.setVisible(bool(of_filters))
        self.explanation.setText(explanation)
        self.explanation.setVisible(bool(explanation))
        self.retry_button.setVisible(retry)
        fields: dict[str, SliderField | ThreeState] = {**self._fields, **self.filters}
        for name, field in fields.items():
            field.set_state(states[name].words, states[name].role)
        self.keyterm_state.setText(states["keyterms"].words)
        set_role(self.keyterm_state, states["keyterms"].role)

    def set_build(self, build: Bundle) -> None:
        """Disable what the endpoint's build is known to reject."""
        for name, field in self.filters.items():
            field.set_refused(NOT_SUPPORTED if build.offers(name) is False else "")
        self.hints.set_refused(NOT_SUPPORTED if rejects(build, "language_hint", self.model.currentText()) else "")

    def _show_filters(self) -> None:
        self.filters_box.setVisible(self.filters_button.isChecked())
        self._show_hints()

    def _show_hints(self) -> None:
        """Hints belong to the multilingual model; another one is offered them on demand, and warned of."""
        is_multilingual, are_given = self.model.currentText() == MULTILINGUAL, bool(self.hints.terms)
        for widget in (self._hints_head, self.hints):
            widget.setVisible(is_multilingual or are_given or self.filters_button.isChecked())
        self.hints_note.setVisible(are_given and not is_multilingual)

    def _name_filters(self) -> None:
        """Show on the button how many filters are set."""
        number = self.filters_box.number_set
        self.filters_button.setText(f"Filters · {number} set" if number else "Filters")

    def set_locked(self, locked: bool) -> None:
        """The model cannot be changed while a run is in progress; everything else can."""
        self.model.setEnabled(not locked)

    def set_compact(self, on: bool) -> None:
        """Show less: keyterms on demand while there are none."""
        if on is not self._compact:
            self._compact = on
            for field in (self.eot, self.eager, self.timeout):
                field.set_compact(on)
            self._show_parts()

    def fold_send(self, on: bool) -> None:
        """Show what can be sent to streams on demand only."""
        if on is not self._send_folded:
            self._send_folded = on
            self._show_parts()

    def set_tight(self, on: bool) -> None:
        """Show each slider beside its field."""
        for field in (self.eot, self.eager, self.timeout):
            field.set_inline(on)

    def _show_parts(self) -> None:
        has_keyterms = bool(self.keyterms.terms)
        self._keyterms_title.setVisible(not self._compact or has_keyterms)
        self.keyterms_button.setVisible(self._compact and not has_keyterms)
        self.keyterms.setVisible(not self._compact or has_keyterms or self.keyterms_button.isChecked())
        self.send_button.setVisible(self._send_folded)
        self._send_box.setVisible(not self._send_folded or self.send_button.isChecked())

    def _fold_button(self, name: str, tip: str) -> QPushButton:
        widget = button(name, self._show_parts, kind="link", tip=f"{tip}: show or hide")
        widget.setCheckable(True)
        widget.hide()
        return widget

    def _edited(self) -> None:
        self._couple()
        self._state.choices.options = self._shown = self._chosen_options()
        self._state.changed()
        self.changed.emit()

    def use_preset(self, preset: ParameterSet) -> None:
        """Apply a set; keyterms and hints stay."""
        self.eot.set_value(preset.eot_threshold)
        self.eager.set_value(preset.eager_eot_threshold)
        self.timeout.set_value(preset.eot_timeout_ms / 1000)
        self._edited()

    def _preset_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.presets.fill(menu)
        menu.popup(self.presets_button.mapToGlobal(self.presets_button.rect().bottomLeft()))

    def _couple(self) -> None:
        self._name_filters()
        self._show_hints()
        couple(self.eot, self.eager)


class _SendFold:
    """What can be sent to streams, as a part that is left out by itself: see `LeftColumn`."""

    def __init__(self, panel: FluxPanel) -> None:
        self._panel = panel

    def set_compact(self, on: bool) -> None:
        self._panel.fold_send(on)

    def set_tight(self, on: bool) -> None:
        """Folded is as little as can be shown."""
