"""What the window's clock does: feeds events to the models and brings the panels up to date."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flux_desktop.engine.events import Event, LevelMeasured, Notice, RunEnded, RunStarted
from flux_desktop.ui.form import planned_seconds
from flux_desktop.ui.models.live_parameters import REFUSED_CODE
from flux_desktop.ui.models.microphone import SilenceWatch
from flux_desktop.ui.models.run_model import Phase
from flux_desktop.ui.summary import summary

if TYPE_CHECKING:
    from flux_desktop.ui.main_window import MainWindow


class Screen:
    """One window's screen. Everything runs on the window's thread, called by its clock."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def take_event(self, event: Event) -> None:
        """Feed one event to the models, and act on those that a person must see at once."""
        window = self._window
        known_refusal = bool(window.live.explanation)
        window.model.feed(event)
        window.live.feed(event)
        if isinstance(event, LevelMeasured):
            window.sound_panel.microphone.meter.take(event)
            if (problem := window.silence.take(event)) is not None:
                window.show_problem(problem, "warn")
        elif isinstance(event, RunStarted):
            window.live.bundle_known(event.plan.bundle)
            window.endpoint_panel.set_note(" ".join(event.notes))
        elif isinstance(event, Notice) and event.problem.code == REFUSED_CODE:
            window.remember_refusal()
            if not known_refusal:  # once is enough, however many streams were ended
                window.show_problem(event.problem, "warn")
        elif isinstance(event, Notice):
            window.show_problem(event.problem, "warn")
        elif isinstance(event, RunEnded):
            window.live.end()
            told = summary(window.model, window.controller.session_folder)
            if event.problem is not None:
                window.show_problem(event.problem)
            elif told is not None:
                window.show_problem(*told)
            self.draw_texts()
            self.draw_labels()
            window.run_finished.emit()

    def begin_level(self) -> None:
        """A microphone is about to be heard while no run is under way."""
        self._window.silence = SilenceWatch()
        self._window.sound_panel.microphone.meter.reset()

    def take_level(self, level: LevelMeasured) -> None:
        """Show how loud the microphone is while no run is under way."""
        window = self._window
        if window.model.active:
            return
        window.model.preview_level(level)
        window.sound_panel.microphone.meter.take(level)
        if (problem := window.silence.take(level)) is not None:
            window.show_problem(problem, "warn")

    def draw_curves(self) -> None:
        """About 30 times a second."""
        window = self._window
        if not window.presenting:
            window.plots.refresh()
            if window.sound_panel.uses_microphone and (window.model.active or window.levels.on):
                now_s = window.model.now_s if window.model.active else window.levels.now_s()
                window.sound_panel.microphone.meter.refresh(now_s)

    def draw_texts(self) -> None:
        """About ten times a second: only what is in front."""
        window = self._window
        window.transcripts.refresh()
        if window.presenting:
            window.presenter.refresh()

    def draw_labels(self) -> None:
        """Four times a second, and whenever a person has changed something."""
        window = self._window
        duration_s, loop = window.run_bar.duration.value(), window.run_bar.loop.isChecked()
        microphone = window.sound_panel.uses_microphone
        ready = window.shape is not None or microphone
        planned_s = (duration_s or None) if microphone else planned_seconds(window.shape, duration_s, loop)
        window.run_bar.refresh(window.model, planned_s)
        window.run_bar.duration.setSpecialValueText("until stopped" if microphone or loop else "whole file")
        window.run_bar.loop.setEnabled(not microphone and not window.model.active)
        window.transcripts.set_ready(ready)
        window.transcripts.refresh_icons()
        locked = window.model.active
        window.levels.update(microphone and not locked)
        window.endpoint_panel.set_locked(locked)
        window.sound_panel.set_locked(locked)
        window.flux_panel.set_locked(locked)
        self.draw_parameters()
        folder = window.controller.session_folder
        idle = "Ready: press Start." if ready else "Choose a recording to begin."
        stalls = window.heartbeat.stalls() if window.model.active else None
        window.status.refresh(window.model, idle, None if folder is None else folder.name, stalls)
        self.draw_position()

    def draw_position(self) -> None:
        """Where the recording stands, and which parts of it were turns."""
        window = self._window
        conn = window.transcripts.current() or next(iter(window.model.conversations), None)
        if conn is None or window.shape is None or not window.shape.duration_s or window.sound_panel.uses_microphone:
            return
        talk = window.model.conversation(conn)
        if talk.row is None or not window.model.active:
            return
        length_s = window.shape.duration_s
        lap_s = talk.row.position_s // length_s * length_s if window.run_bar.loop.isChecked() else 0.0
        turns = [
            (max(0.0, card.start_s - lap_s), min(card.end_s - lap_s, length_s))
            for card in talk.cards[-40:]
            if card.tone != "note" and card.end_s > lap_s and card.start_s - lap_s < length_s
        ]
        window.sound_panel.waveform.set_position(min(talk.row.position_s - lap_s, length_s), turns)

    def draw_parameters(self) -> None:
        """Send what was changed since the last time, and say what is in force."""
        window = self._window
        targets = window.targets()
        if window.model.phase is Phase.RUNNING:
            for command in window.live.take(targets, time.monotonic()):
                window.controller.send(command)
        window.flux_panel.show_states(
            window.live.states(window.model.conversation(conn) for conn in targets),
            reconnect=window.live.reconnect_offered and window.model.active,
            explanation=window.live.explanation,
        )
        running = window.model.phase is Phase.RUNNING
        window.flux_panel.controls.refresh(window.live.bundle if running else None, running=running)
