"""Wires the Tune page: to the choices of Live, to the run in progress, and to what a recording says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from flux_desktop.audio.portaudio import NO_OUTPUT
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work, in_thread
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import TraceTable
from flux_desktop.reports.files import write_whole
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.sound import WavShape, read_shape
from flux_desktop.ui.models.tune import Details, details_of, setting_of, with_setting
from flux_desktop.ui.models.tune_curve import Evaluation, with_limits
from flux_desktop.ui.models.tune_turns import Playable, TurnEntry
from flux_desktop.ui.models.tune_turns_csv import turns_csv
from flux_desktop.ui.pages.tune_page import TunePage
from flux_desktop.ui.services.clip_player import ClipPlayer
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.file_dialogs import ask_table

DETAILS, PRESETS, SHAPES, EXPORT = "tune details", "tune presets", "tune shapes", "tune export"
COMPUTE_LIMIT_S = 60.0
REST_S = 0.12
"""A control counts as moved until it has rested so long."""


class Tuner:
    """Everything runs on the window's thread, except what is computed: that has threads of its own.

    A control that is moved is followed at once by the curve (`curve_point` takes milliseconds); figures with intervals
    and the lists of turns follow, the newest setting only.
    """

    def __init__(self, state: AppState, page: TunePage, tasks: UiTasks) -> None:
        self._state, self._page, self._tasks = state, page, tasks
        self.model = page.model
        self._panel = page.setting_panel
        self._shapes: dict[str, WavShape] = {}
        self._listeners: list[Callable[[], None]] = []
        page.setting_panel.changed.connect(lambda: self.set_setting(page.setting_panel.setting))
        page.setting_panel.use_wanted.connect(self.use_setting)
        curve = page.curve_panel.curve
        curve.point_dragged.connect(self._drag)
        curve.stepped.connect(self._step)
        curve.setting_chosen.connect(self.set_setting)
        curve.limit_moved.connect(self._move_limit)
        page.preset_cards.chosen.connect(self._choose_preset)
        page.preset_cards.limit_edited.connect(self.set_limit)
        page.turns_panel.shapes_wanted.connect(self._want_shapes)
        page.turns_panel.export_wanted.connect(lambda: ask_table(page.window(), "turns", self.export_turns))
        self.player = ClipPlayer(tasks, state.listening, self._show_playing, self._show_output)
        for cards in (page.turns_panel.cards, page.curve_panel.against.list):
            cards.play_wanted.connect(self.player.toggle)
        self.model.setting = self.model.current = setting_of(state.choices.options)
        self._panel.show_setting(self.model.setting)
        self._show_effect()
        state.listen(self.refresh)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever another setting or recording is looked at."""
        self._listeners.append(listener)

    # ------------------------------------------------------------ what is looked at

    def show(self, evaluation: Evaluation) -> None:
        """Show another recording."""
        self.model.take(evaluation)
        self._panel.show_recorded(evaluation.recorded)
        self._repaint()

    def set_setting(self, setting: Setting) -> None:
        """Look at another setting."""
        self.model.set_setting(setting)
        self._repaint()

    def set_limit(self, place: int, share: float) -> None:
        """Edit the limit of a preset; the presets follow from a thread."""
        self.model.selected = place
        self.model.set_limit(place, share)
        self._repaint()
        if self.model.evaluation is not None:
            self._tasks.start("deriving presets", self._derive_presets(), group=PRESETS, exclusive=True)

    def use_setting(self) -> None:
        """Set the values on Live; a run in progress gets them like any other change."""
        state = self._state
        state.choices.options = with_setting(state.choices.options, self.model.setting)
        state.live.edit(state.options)
        state.changed()

    def export_turns(self, path: Path) -> None:
        """Save all turns at the setting as a table; a failure is shown."""
        if self.model.evaluation is not None:
            wanted = (self.model.evaluation.table, self.model.setting, path)
            work = file_work("Saving the turns", partial(save_turns, *wanted))
            self._tasks.start("saving the turns", work, group=EXPORT)

    def refresh(self) -> None:
        """Show the values that Live uses, and what using these would do; called after every change of the state."""
        current = setting_of(self._state.choices.options)
        if current != self.model.current:
            self.model.set_current(current)
            self._repaint()
        self._show_effect()

    def _drag(self, share: float) -> None:
        self.model.choose_nearest(share)
        self._repaint()

    def _step(self, places: int) -> None:
        self.model.step(places)
        self._repaint()

    def _move_limit(self, share: float) -> None:
        if self.model.selected is not None:
            self.set_limit(self.model.selected, share)

    def _choose_preset(self, place: int) -> None:
        self.model.choose_preset(place)
        self._repaint()

    def _repaint(self) -> None:
        if self._panel.setting != self.model.setting:
            self._panel.show_setting(self.model.setting)
        self._page.refresh()
        self._show_effect()
        for listener in self._listeners:
            listener()
        if self.model.details_are_stale and not self._tasks.running(DETAILS):
            self._tasks.start("computing figures", self._compute_details(), group=DETAILS)

    def _show_effect(self) -> None:
        state = self._state
        if not state.live.steers_run:
            effect = ""
        elif state.live.configurable is False:
            effect = "Sets them on the Live page. This build does not accept changes, so its connections reconnect."
        else:
            effect = "Sets them on the Live page and sends them to the run in progress."
        self._panel.show_current(self.model.current, effect)

    # ------------------------------------------------------------ what is computed

    async def _compute_details(self) -> None:
        """Until they belong to the newest setting; nothing is computed while a control is being moved.

        A thread that computes holds up the window's own, by 5 ms each time that this one has called into Qt.
        """
        while self.model.details_are_stale and self.model.evaluation is not None:
            evaluation = self.model.evaluation
            wanted = (evaluation.table, self.model.setting, self.model.replayable_current)
            await asyncio.sleep(REST_S)
            if wanted[1:] != (self.model.setting, self.model.replayable_current):
                continue
            details: Details = await in_thread(partial(details_of, *wanted), COMPUTE_LIMIT_S)
            if self.model.evaluation is not None and self.model.evaluation.table is evaluation.table:
                self.model.details = details
                self._page.refresh()

    async def _derive_presets(self) -> None:
        evaluation = self.model.evaluation
        assert evaluation is not None
        changed = await in_thread(partial(with_limits, evaluation, self.model.limits), COMPUTE_LIMIT_S)
        if self.model.evaluation is evaluation:
            self.model.take_presets(changed)
            self._repaint()

    def _show_playing(self, entry: Playable | None, position_s: float | None) -> None:
        self._page.turns_panel.show_playing(entry, position_s)
        self._page.curve_panel.against.show_playing(entry, position_s)

    def _show_output(self, problem: Problem | None) -> None:
        words = "" if problem is None else f"{problem.what} {problem.todo}".strip()
        for view in (self._page.turns_panel, self._page.curve_panel.against):
            view.show_trouble(words, can_play=problem is None or problem.code != NO_OUTPUT)

    def _want_shapes(self, entries: Sequence[TurnEntry]) -> None:
        self.player.check()
        unread = {str(entry.path): entry for entry in entries if entry.path and str(entry.path) not in self._shapes}
        if unread:
            self._tasks.start("reading clips", self._read_shapes(unread), group=SHAPES, exclusive=True)

    async def _read_shapes(self, unread: dict[str, TurnEntry]) -> None:
        for path, entry in unread.items():
            assert entry.path is not None
            try:
                self._shapes[path] = await in_thread(partial(read_shape, entry.path), COMPUTE_LIMIT_S)
            except ProblemError:
                continue  # a clip that has been deleted since is shown without its loudness
            self._page.turns_panel.show_shapes({path: self._shapes[path]})


def save_turns(table: TraceTable, setting: Setting, path: Path) -> None:
    """Write all turns at a setting as a table; for a thread. Raises `ProblemError`."""
    write_whole(path, turns_csv(table, setting))
