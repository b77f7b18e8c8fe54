"""The answer of a capacity search: its number, verdict and sentence, and what it rests on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout

from flux_desktop.base.amounts import amount
from flux_desktop.reports.capacity_policy import policy_text
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.models.capacity_rungs import progress_words
from flux_desktop.ui.style.tokens import SPACE_L, SPACE_M, SPACE_S
from flux_desktop.ui.widgets.basics import Panel, button, copy_text, label, pill, set_role

TONES = {"BRACKETED": "ok", "REFUSED": "ok", "LOWER BOUND": "accent", "UNDECIDED": "warn", "INVALID": "danger"}
NUMBER_PX = 96


class CapacityAnswer(Panel):
    """Hidden until a search has begun.

    Signals:
        session_wanted: the folder that the search is recorded in is to be shown.
    """

    session_wanted = Signal()

    def __init__(self, model: CapacityModel) -> None:
        super().__init__("")
        self._model = model
        self.title.hide()
        self.number = label("", "number")
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.unit = label("conversations", "caption")
        self.unit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        number = QVBoxLayout()
        number.setSpacing(0)
        number.addStretch()
        number.addWidget(self.number)
        number.addWidget(self.unit)
        number.addStretch()
        self.number.setMinimumWidth(NUMBER_PX)
        self.verdict = pill("")
        self.sentence = label("", "figure", wrap=True)
        self.sentence.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
        self.evidence = label("", "caption", wrap=True)
        self.copy_button = button("Copy", self.copy, tip="Copy the answer as one sentence")
        self.copy_button.setAccessibleName("Copy the answer")
        self.policy_button = button(
            "Copy policy",
            self.copy_policy,
            tip="Copy the scaling policy for this capacity: JSON and the commands that set it. Nothing is sent",
        )
        self.folder_button = button(
            "Session folder",
            lambda: self.session_wanted.emit(),
            kind="link",
            tip="Show the folder that holds capacity.json and the recording",
        )
        first = QHBoxLayout()
        first.setSpacing(SPACE_S)
        first.addWidget(self.verdict, 0, Qt.AlignmentFlag.AlignTop)
        first.addWidget(self.sentence, 1)
        words = QVBoxLayout()
        words.setSpacing(SPACE_S)
        words.addLayout(first)
        words.addWidget(self.evidence)
        words.addStretch()
        buttons = QVBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.policy_button)
        buttons.addWidget(self.folder_button)
        buttons.addStretch()
        row = QHBoxLayout()
        row.setSpacing(SPACE_L)
        row.addLayout(number)
        row.addLayout(words, 1)
        row.addLayout(buttons)
        self.body.addLayout(row)
        self.body.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        self.body.setSpacing(0)
        self.refresh()

    def copy(self) -> None:
        """Put the answer on the clipboard."""
        copy_text(self._model.answer())

    def copy_policy(self) -> None:
        """Put the scaling policy on the clipboard."""
        if self._model.policy is not None:
            copy_text(policy_text(self._model.policy))

    def refresh(self) -> None:
        """Show the model."""
        model = self._model
        result = model.result
        self.setVisible(result is not None or model.searching)
        self.copy_button.setVisible(result is not None)
        self.folder_button.setVisible(result is not None)
        self.policy_button.setVisible(model.policy is not None)
        if result is None:
            passed = max((each.streams for each in model.rungs if each.judgement == "PASS"), default=0)
            self._show(str(passed) if passed else "–", "SEARCHING", "quiet")  # noqa: RUF001
            what, left = progress_words(model.progress)
            self.sentence.setText("Stopping. The rungs measured so far are kept." if model.stopping else what)
            known = f"passed so far: {passed}" if passed else "nothing has passed yet"
            self.evidence.setText(" · ".join(part for part in (left, amount(len(model.rungs), "rung"), known) if part))
            return
        number = str(result.passes) if result.passes else "–"  # noqa: RUF001
        self._show(f"≥ {number}" if result.kind == "LOWER BOUND" else number, result.kind, TONES[result.kind])
        words = model.answer().partition(": ")[2]
        self.sentence.setText(words[:1].upper() + words[1:])
        self.evidence.setText(model.evidence())
        self.setAccessibleName(model.answer())

    def _show(self, number: str, verdict: str, tone: str) -> None:
        self.number.setText(number)
        self.verdict.setText(verdict)
        set_role(self.verdict, tone, "pill")
        set_role(self, tone, "verdict")
