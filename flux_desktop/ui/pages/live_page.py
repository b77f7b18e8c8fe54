"""The Live page: choices on the left, transcripts in the middle, plots on the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.panels.endpoint_panel import EndpointPanel
from flux_desktop.ui.panels.flux_panel import FluxPanel
from flux_desktop.ui.panels.left_column import LEFT_PX, LeftColumn
from flux_desktop.ui.panels.plot_column import PlotColumn
from flux_desktop.ui.panels.run_bar import RunBar
from flux_desktop.ui.panels.sound_panel import SoundPanel
from flux_desktop.ui.panels.status_line import StatusLine
from flux_desktop.ui.panels.transcript_panel import TranscriptPanel
from flux_desktop.ui.services.heartbeat import Heartbeat
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M
from flux_desktop.ui.widgets.banner import BannerStack

WIDE_PX, LEFT_MAX_PX, RIGHT_MAX_PX = 1400, 400, 560
"""On a page wider than this the columns at the sides grow too, up to these widths."""
RIGHT_PX, RIGHT_NARROW_PX, NARROW_PX = 372, 328, 1120
"""Width of the plots, also on a page narrower than `NARROW_PX`, where the transcripts need the room."""


class LivePage(QWidget):
    """Lays out the panels; what they do together is wired by the window.

    The run bar, the status line and the messages show the run of this page, and the frame puts them around every page.
    """

    def __init__(self, theme: ThemeSource, state: AppState, heartbeat: Heartbeat) -> None:
        super().__init__()
        self.run_bar = RunBar(theme, state)
        self.endpoint_panel = EndpointPanel(theme, state)
        self.sound_panel = SoundPanel(theme, state)
        self.flux_panel = FluxPanel(state)
        self.transcripts = TranscriptPanel(theme, state.run)
        self.plots = PlotColumn(theme, state)
        self.plots.setFixedWidth(RIGHT_PX)
        self.status = StatusLine(state, heartbeat)
        self.banners = BannerStack(theme, follows=self.flux_panel.controls.target)
        state.newest_failure = self.banners.newest_failure
        columns = QHBoxLayout(self)
        columns.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        columns.setSpacing(SPACE_M)
        panels = (self.endpoint_panel, self.sound_panel, self.flux_panel)
        leaving_out = (self.endpoint_panel, self.flux_panel, self.flux_panel.send_fold, self.sound_panel)
        self.left = LeftColumn(*panels, compactable=leaving_out)
        columns.addWidget(self.left)
        self.middle = QVBoxLayout()
        self.middle.setSpacing(SPACE_M)
        self.middle.addWidget(self.banners)
        self.middle.addWidget(self.transcripts, 1)
        columns.addLayout(self.middle, 1)
        columns.addWidget(self.plots)
        self.run_bar.theme_clicked.connect(theme.toggle)
        self.transcripts.shown.connect(self.plots.set_front)
        self.transcripts.overview.columns_chosen.connect(self._hide_columns)
        self._microphone_shown, self._recording_shown = state.uses_microphone, state.recording
        self._state = state
        state.listen(self._follow_state)

    def begin(self) -> None:
        """Put the keyboard focus where work begins."""
        self.sound_panel.choose_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def build_plots(self) -> None:
        """Build the plots, which takes longer than showing the window."""
        self.window().repaint()  # its first frame has scroll bars that it does not need, and would stay meanwhile
        self.plots.build()
        self.plots.set_microphone(self._state.uses_microphone)
        self.plots.set_front(self.transcripts.current())

    def _hide_columns(self, names: list[str]) -> None:
        self._state.choices.hidden_columns = names

    def _follow_state(self) -> None:
        self.transcripts.overview.hide_columns(self._state.choices.hidden_columns)
        if self._recording_shown is not self._state.recording:
            before, now = self._recording_shown, self._state.recording
            if before is not None and now is not None and before.path != now.path and not self._state.run.active:
                self.banners.clear()  # they are about the recording before
            self._recording_shown = self._state.recording
            if self.isVisible():  # else the presenter or another page has the keyboard
                self.run_bar.start_button.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._microphone_shown is not self._state.uses_microphone:
            self._microphone_shown = self._state.uses_microphone
            self.plots.set_microphone(self._microphone_shown)
        self.left.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        spare_px = max(0, self.width() - WIDE_PX)
        self.left.setFixedWidth(min(LEFT_MAX_PX, LEFT_PX + spare_px // 8))
        right_px = RIGHT_PX if self.width() >= NARROW_PX else RIGHT_NARROW_PX
        self.plots.setFixedWidth(min(RIGHT_MAX_PX, right_px + spare_px // 4))
