"""What follows from a capacity search: the policy to paste, and the account with the stages of each scale-out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.reports.capacity_policy import policy_text
from flux_desktop.ui.models.capacity import CapacityModel
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S, SPACE_XS, TYPE_CAPTION_PX, font
from flux_desktop.ui.widgets.basics import button, copy_text, label

POLICY, ACCOUNT = "Policy", "Account"
_ABOUT = {
    POLICY: "75 % of the capacity, rounded down. Copy it into your own tools; this program never applies it.",
    ACCOUNT: "As far as it was read, on the clock of the run.",
}


class CapacityDetails(QWidget):
    """Hidden until there is a policy, or something is known of the account."""

    def __init__(self, model: CapacityModel) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._had_policy = False
        self.tabs, self._stack = QTabBar(), QStackedWidget()
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Policy or account")
        self.tabs.setProperty("kind", "deck")
        self.texts = {name: _text(name) for name in (POLICY, ACCOUNT)}
        for name, text in self.texts.items():
            self.tabs.addTab(name)
            self._stack.addWidget(text)
        self.copy_button = button("Copy", self.copy, kind="link")
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self.tabs, 1)
        head.addWidget(self.copy_button)
        self.about = label("", "caption", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_XS, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.about)
        self.tabs.currentChanged.connect(lambda _place: self._show_front())
        self.refresh()

    @property
    def front(self) -> str:
        """Name of the tab in front."""
        return self.tabs.tabText(self.tabs.currentIndex())

    def copy(self) -> None:
        """Put the text in front on the clipboard."""
        copy_text(self.texts[self.front].toPlainText())

    def refresh(self) -> None:
        """Show the model; a text that has not changed keeps its selection."""
        policy, timeline = self._model.policy, self._model.timeline
        words = {
            POLICY: "" if policy is None else policy_text(policy),
            ACCOUNT: "\n".join(_account_lines(timeline)) if not timeline.is_empty or timeline.not_read else "",
        }
        for place, (name, text) in enumerate(self.texts.items()):
            if text.toPlainText() != words[name]:
                text.setPlainText(words[name])
            self.tabs.setTabVisible(place, bool(words[name]))
        is_new = bool(words[POLICY]) and not self._had_policy
        self._had_policy = bool(words[POLICY])
        if is_new or (not words[self.front] and any(words.values())):
            self.tabs.setCurrentIndex(next(place for place, name in enumerate(words) if words[name]))
        self.setVisible(any(words.values()))
        self._show_front()

    def _show_front(self) -> None:
        self._stack.setCurrentIndex(self.tabs.currentIndex())
        self.about.setText(_ABOUT[self.front])
        self.copy_button.setAccessibleName(f"Copy: {self.front}")
        self.copy_button.setToolTip(f"Copy the text of {self.front}")


def _text(name: str) -> QPlainTextEdit:
    text = QPlainTextEdit()
    text.setReadOnly(True)
    text.setFont(font(TYPE_CAPTION_PX, fixed=name == POLICY))
    text.setAccessibleName(name)
    text.setTabChangesFocus(True)
    text.setMinimumHeight(60)
    return text


def _account_lines(timeline: AccountTimeline) -> list[str]:
    """Each scale-out with its stages, then the facts."""
    lines = timeline.lines()
    facts = timeline.facts()
    return [*lines[len(facts) :], *facts]
