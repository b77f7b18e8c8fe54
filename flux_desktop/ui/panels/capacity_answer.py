"""The answer of a capacity search as one sentence with its price and evidence; before it, what to do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from flux_desktop.evaluation.capacity.result import Kind
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.style.tokens import SPACE_M
from flux_desktop.ui.widgets.basics import Panel, button, copy_text, label, pill, set_role

TONES: dict[Kind, str] = {
    "BRACKETED": "ok",
    "REFUSED": "ok",
    "LOWER BOUND": "accent",
    "UNDECIDED": "warn",
    "INVALID": "danger",
}
OFFER = (
    "Streams are added step by step until a limit is exceeded; then the number in between is narrowed down and "
    "measured again from both sides. The example limits the built-in endpoint to 12 streams and finds that number in "
    "about four minutes, without an account."
)


class CapacityAnswer(Panel):
    """Shows the result of a `CapacityModel`.

    Signals:
        example_wanted: search the built-in endpoint with the bundled data set.
    """

    example_wanted = Signal()

    def __init__(self, model: CapacityModel) -> None:
        super().__init__("How many conversations does the endpoint hold?")
        self._model = model
        self.copy_button = button("Copy", self.copy, tip="Copy the answer with its price and its evidence")
        self.example_button = button(
            "Try the example", lambda: self.example_wanted.emit(), kind="go", tip="Search the built-in endpoint"
        )
        self.verdict = pill()
        self.sentence, self.evidence = label("", "strong", wrap=True), label("", "caption", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        words = QVBoxLayout()
        words.addWidget(self.sentence)
        words.addWidget(self.evidence)
        row.addWidget(self.verdict)
        row.addLayout(words, 1)
        row.addWidget(self.example_button)
        row.addWidget(self.copy_button)
        self.body.addLayout(row)
        self.refresh()

    def copy(self) -> None:
        """Copy what is shown."""
        copy_text(f"{self._model.answer()}\n{self._model.evidence()}")

    def refresh(self) -> None:
        """Show the result, or what a search would do."""
        model, result = self._model, self._model.result
        self.title.setVisible(result is None)
        self.verdict.setVisible(result is not None)
        self.copy_button.setVisible(result is not None)
        self.example_button.setVisible(result is None and not model.searching)
        if result is not None:
            self.verdict.setText(result.kind)
            set_role(self.verdict, TONES[result.kind], "pill")
            self.sentence.setText(model.answer().removeprefix(f"{result.kind}: "))
            self.evidence.setText(model.evidence())
        else:
            self.sentence.setText("")
            count = len(model.rungs)
            rungs = f"{count} rung{'s' * (count != 1)} measured so far." if model.searching else OFFER
            self.evidence.setText(rungs)
        self.sentence.setVisible(result is not None)
