"""Status line: what is happening, the figures of the engine, and where the run is recorded."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from flux_desktop.base.amounts import amount
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass, Percentiles, outcome_word
from flux_desktop.ui.models import text
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.panels.run_headline import FAILURES
from flux_desktop.ui.services.heartbeat import Heartbeat
from flux_desktop.ui.style.tokens import SPACE_L, SPACE_XL
from flux_desktop.ui.widgets.basics import ElidedLabel, button, label

FIGURES_TIP = (
    "Chunks sent: audio messages of all connections. Pacing p99: how late 99 % of them were sent at most. "
    "Engine: CPU time of the processes that stream; 100 % is one core."
)
STALLS_TIP = "Stalls: how long the window did not respond, over the last minute."


class StatusLine(QWidget):
    """Three short texts: the connections, the figures of the engine, the session folder.

    Signals:
        folder_wanted: the session folder is to be shown.
    """

    folder_wanted = Signal()

    def __init__(self, state: AppState, heartbeat: Heartbeat) -> None:
        super().__init__()
        self._state = state
        self._heartbeat = heartbeat
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, 6, SPACE_L, 6)
        row.setSpacing(SPACE_XL)
        self.main = ElidedLabel("body")
        self.figures = label("", "muted")
        self.folder_button = button(
            "Session folder",
            self.folder_wanted.emit,
            kind="link",
            tip="Show the recording of this run in the file manager (Ctrl+Shift+J)",
        )
        policy = self.folder_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # it is the tallest, and the pages above would move
        self.folder_button.setSizePolicy(policy)
        row.addWidget(self.main, 3)
        row.addWidget(self.figures)
        row.addWidget(self.folder_button)
        self.figures.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def refresh(self, idle_words: str, session_folder: Path | None) -> None:
        """Show the run; `idle_words` are shown while there is none."""
        model = self._state.run
        stalls = self._heartbeat.stalls() if self._state.shows_stalls else None
        self.main.setText(main_sentence(model, idle_words))
        self.figures.setText(figures_sentence(model.current, stalls))
        self.figures.setToolTip(f"{FIGURES_TIP} {STALLS_TIP}" if stalls is not None else FIGURES_TIP)
        self.folder_button.setVisible(session_folder is not None)
        if session_folder is not None:
            self.folder_button.setText(f"Recorded in {session_folder.name}")
            self.folder_button.setAccessibleName(f"Show the session folder {session_folder.name}")


def main_sentence(model: RunModel, idle_words: str) -> str:
    """What is happening, in one sentence."""
    phase = model.phase
    model = model.failed_attempt or model.current
    if phase is RunPhase.IDLE:
        return idle_words
    if model.ended is not None and model.ended.problem is not None:
        return f"The run failed. {model.ended.problem.what}"
    if model.ended is not None:
        reasons = f" — {model.ended.reasons[0]}" if model.ended.reasons else ""
        word = outcome_word(model.ended.verdict, interrupted=model.ended.interrupted)
        return f"{word}: {text.ledger_sentence(model.ended.ledger) or 'nothing was streamed'}{reasons}"
    if phase is RunPhase.STOPPING:
        return f"Finishing the last turns: {text.ledger_sentence(model.ledger)}"
    if phase is RunPhase.STARTING:
        words = "the endpoint" if model.plan is None else model.plan.endpoint
        return f"Connecting to {words}: {text.ledger_sentence(model.ledger)}"
    failed = sum(model.ledger.get(name, 0) for name in FAILURES)
    never = model.ledger.get(LedgerClass.NEVER_CONNECTED, 0)
    streaming = f"{model.ledger.get(ConnectionState.STREAMING, 0):,} streaming"
    if back := model.ledger.get(ConnectionState.RECONNECTING, 0):
        streaming += f" · {back:,} reconnecting"
    return f"{streaming} · {failed:,} failed{f', {never:,} of them never connected' if never else ''}"


def figures_sentence(model: RunModel, stall_ms: Percentiles | None) -> str:
    """Figures of the engine, from the last snapshot."""
    shot = model.snapshot
    stalls = ""
    if stall_ms is not None and stall_ms.p99_ms is not None:
        stalls = f"stalls p99 {stall_ms.p99_ms:.0f}, max {stall_ms.max_ms or 0:.0f} ms"
    if shot is None:
        return stalls
    parts = [f"{amount(shot.chunks_sent, 'chunk')} sent", f"{amount(shot.messages_received, 'message')} received"]
    if shot.pacing.p99_ms is not None:
        parts.append(f"pacing p99 {shot.pacing.p99_ms:.1f} ms")
    if shot.cpu_percent is not None:
        parts.append(f"engine {shot.cpu_percent:.0f} % CPU")
    return " · ".join(part for part in (*parts, stalls) if part)
