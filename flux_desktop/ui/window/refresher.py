"""Brings the Live page up to date at the pace of the window's clock."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.engine.records.plan import WavSource
from flux_desktop.ui.models.app_state import READING, AppState
from flux_desktop.ui.models.live_cost import live_cost
from flux_desktop.ui.models.playback import place_in_recording
from flux_desktop.ui.pages.live_page import LivePage
from flux_desktop.ui.services.run_controller import RunController

READY, NOT_READY = "Ready. Press Start.", "Select a recording or a microphone to begin."


class Refresher:
    """Called by the window's clock and, for the labels, after every change of the state."""

    def __init__(self, state: AppState, page: LivePage, controller: RunController) -> None:
        self._state = state
        self._page = page
        self._controller = controller
        state.listen(self.draw_labels)

    def draw_curves(self) -> None:
        """Draw what moves; about 30 times a second."""
        if self._page.isVisible():  # also while the presenter is on another screen
            self._page.plots.refresh()

    def draw_texts(self) -> None:
        """Draw the transcript in front; about ten times a second."""
        self._page.transcripts.refresh()

    def draw_labels(self) -> None:
        """Draw everything else; four times a second, and after every change of the state."""
        state, page = self._state, self._page
        locked = state.run.active
        page.run_bar.refresh()
        page.transcripts.empty.set_ready(
            ready=state.has_audio,
            microphone=state.uses_microphone,
            listed=state.microphones.listed,
            reading=state.reading,
        )
        page.transcripts.refresh_icons()
        page.endpoint_panel.set_locked(locked)
        page.sound_panel.set_locked(locked)
        page.flux_panel.set_locked(locked)
        page.status.refresh(self._ready(), self._controller.session_folder)
        self._draw_position()

    def _ready(self) -> str:
        """What to do before a run, and what it will cost."""
        if self._state.reading:
            return READING.format(name=self._state.reading)
        if not self._state.has_audio:
            return NOT_READY
        return f"{READY} {live_cost(self._state)}".rstrip()

    def _draw_position(self) -> None:
        """Show where the run stands in the recording, and which parts of it were turns."""
        state, run, recording = self._state, self._state.run.current, self._state.recording
        conn = self._page.transcripts.current() or next(iter(run.conversations), None)
        if conn is None or recording is None or not recording.duration_s or state.uses_microphone:
            return
        source = None if run.plan is None else run.plan.source
        if not isinstance(source, WavSource) or Path(source.path) != recording.path:
            self._page.sound_panel.waveform.set_position(None, [])  # the run sends something else
        elif run.active and run.conversation(conn).row is not None:
            place = place_in_recording(run.conversation(conn), recording.duration_s, looped=source.loop)
            self._page.sound_panel.waveform.set_position(*place)
