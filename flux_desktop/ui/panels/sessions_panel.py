"""The sessions with search, filters and what can be done to those that are selected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QWidget

from flux_desktop.base.amounts import size_words
from flux_desktop.reports.sessions.facts import SessionFacts
from flux_desktop.reports.sessions.keeping import KEEP_LAST
from flux_desktop.reports.sessions.retention import Retention
from flux_desktop.ui.models.session_table import (
    ANY_ENDPOINT,
    ANY_KIND,
    ANY_VERDICT,
    KINDS,
    VERDICTS,
    SessionFilter,
)
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.views.session_list import SessionTable
from flux_desktop.ui.widgets.basics import ElidedLabel, Panel, button, label
from flux_desktop.ui.widgets.flow import FlowLayout
from flux_desktop.ui.widgets.name_list import NameList
from flux_desktop.ui.widgets.search_field import SearchField

SEARCH_WAIT_MS = 250
EMPTY = "No runs have been recorded yet. Each run is kept as a session: start one on the Live page."
NOTHING_FOUND = "No session matches. Clear the search or choose other filters."
_ONE, _TWO, _PAIR, _ANY = "one", "two", "one or two", "any"


class SessionsPanel(Panel):
    """Shows what it is given; signals report what the user asks for.

    Signals:
        search_changed: other words are searched for; read `words`.
        act_wanted: a name of `ACTIONS`, for the selected sessions.
        import_wanted: another session is to be imported.
        retention_wanted: the rule of how long sessions are kept is to be changed.
    """

    search_changed = Signal()
    act_wanted = Signal(str)
    import_wanted = Signal()
    retention_wanted = Signal()

    ACTIONS = (
        ("Open", _ONE, "Show the run on the Live page (Enter)"),
        ("Replay", _ONE, "Play the run on the Live page as it was"),
        ("Present", _PAIR, "Play the run in the presenter view; two sessions side by side, as A and B"),
        ("Compare", _TWO, "Compare two sessions: select both with Ctrl+click or Shift+arrow"),
        ("Report…", _ONE, "Write the run as one HTML file that opens anywhere"),
        ("Export…", _ONE, "Save the session as one .zip file"),
        ("Rename…", _ONE, "Give the session a name and a note"),
        ("Show folder", _ONE, "Show its files in the file manager"),
        ("Delete", _ANY, "Delete the selected sessions; this can be undone (Delete)"),
    )

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__("Sessions")
        self.import_button = button(
            "Import…", self.import_wanted.emit, kind="link", tip="Add a session from a .zip file"
        )
        self.head.addWidget(self.import_button)
        self._all: Sequence[SessionFacts] = ()
        self._total = 0
        self.search = SearchField(
            "Search names, notes, data and transcripts",
            "Search sessions",
            "Sessions that contain every word in their facts, notes or transcripts (Ctrl+Alt+F)",
        )
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(SEARCH_WAIT_MS)
        self._wait.timeout.connect(self.search_changed)
        self.search.textChanged.connect(lambda _words: self._wait.start())
        self.search.returnPressed.connect(self._search_now)
        self.kind = _box("Kind", (ANY_KIND, *KINDS))
        self.endpoint = NameList("Endpoint", "Endpoint of the sessions that are listed")
        self.endpoint.addItem(ANY_ENDPOINT)
        self.endpoint.setMinimumContentsLength(len(ANY_ENDPOINT))
        self.verdict = _box("Verdict", (ANY_VERDICT, *VERDICTS))
        self.star = button("★", self._filter, kind="segment", tip="Only starred sessions")
        self.star.setCheckable(True)
        self.star.setAccessibleName("Only starred sessions")
        self.search.setMinimumWidth(140)
        filters = QHBoxLayout()
        filters.setSpacing(SPACE_S)
        filters.addWidget(self.search, 1)
        for box in (self.kind, self.endpoint, self.verdict):
            box.currentIndexChanged.connect(lambda _index: self._filter())
            filters.addWidget(box)
        filters.addWidget(self.star)
        self.body.addLayout(filters)
        actions = QWidget()
        self._flow = FlowLayout(actions)  # held: Qt asks a layout written in Python for its height at any time
        self.buttons = {}
        for name, _number, tip in self.ACTIONS:
            action_button = button(name, lambda name=name: self.act_wanted.emit(name), tip=tip)  # type: ignore[misc]
            self.buttons[name] = action_button
            self._flow.addWidget(action_button)
        self.body.addWidget(actions)
        self.list = SessionTable(theme)
        self.list.setMinimumHeight(80)
        self.list.chosen.connect(self._offer)
        self.empty = label(EMPTY, "muted", wrap=True)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.list, 1)
        self.body.addStretch()  # the foot stays where it is while nothing matches
        self.count = label("", "caption")
        self.used = QProgressBar()
        self.used.setTextVisible(False)
        self.used.setFixedSize(96, 6)
        self.used.setAccessibleName("Disk space used by sessions")
        self.rule = ElidedLabel("caption")
        self.retention_button = button(
            "Retention…", self.retention_wanted.emit, kind="link", tip="How long sessions are kept"
        )
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        for widget in (self.count, self.used):
            foot.addWidget(widget)
        foot.addWidget(self.rule, 1)
        foot.addWidget(self.retention_button)
        self.body.addLayout(foot)
        QWidget.setTabOrder(self.retention_button, self.import_button)  # the search comes first
        self._offer()

    @property
    def words(self) -> str:
        """What is searched for."""
        return self.search.text().strip()

    def show_sessions(self, sessions: Sequence[SessionFacts], total: int, size_bytes: int, rule: Retention) -> None:
        """Show these of `total` sessions, which take `size_bytes`."""
        self._all = sessions
        self._total = total
        known = {self.endpoint.itemText(place) for place in range(self.endpoint.count())}
        for name in sorted({each.endpoint for each in sessions} - known - {""}):
            self.endpoint.addItem(name)
        self.used.setRange(0, 1000)
        share = size_bytes / (rule.max_gb * 1e9) if rule.max_gb else 1.0
        self.used.setValue(min(1000, round(1000 * share)))
        goes = "the oldest without a star are deleted first" if rule.agreed else "automatic deletion is off"
        self.rule.setText(f"{size_words(size_bytes)} of {rule.max_gb:g} GB · {goes}, the last {KEEP_LAST} stay")
        self._filter()

    def refresh(self) -> None:
        """Offer what can be done to the present selection."""
        self._offer()

    def _filter(self) -> None:
        wanted = SessionFilter(
            self.kind.currentText(), self.endpoint.currentText(), self.verdict.currentText(), self.star.isChecked()
        )
        shown = [each for each in self._all if wanted.takes(each)]
        self.list.show_sessions(shown)
        self.list.setVisible(bool(shown))
        self.empty.setVisible(not shown)
        self.empty.setText(NOTHING_FOUND if self._total else EMPTY)
        self.count.setText(f"{len(shown):,} of {self._total:,}")
        self._offer()

    def _search_now(self) -> None:
        self._wait.stop()
        self.search_changed.emit()

    def _offer(self) -> None:
        count = len(self.list.selected())
        possible = {_ONE: count == 1, _TWO: count == 2, _PAIR: count in (1, 2), _ANY: count > 0}
        for name, number, _tip in self.ACTIONS:
            self.buttons[name].setEnabled(possible[number])


def _box(name: str, items: Sequence[str]) -> QComboBox:
    box = QComboBox()
    box.addItems(list(items))
    box.setAccessibleName(name)
    box.setToolTip(f"{name} of the sessions that are listed")
    return box
