"""State of the Tune page: the setting being looked at, that of Live, and what a recording says of both. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from flux_desktop.evaluation.thresholds.presets import LIMITS, Preset, PresetLimit
from flux_desktop.evaluation.thresholds.setting_figures import setting_figures
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import TraceTable
from flux_desktop.evaluation.turns.turn_figures import TurnFigures
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.tune_curve import CurvePoint, Evaluation, curve_point, nearest
from flux_desktop.ui.models.tune_turns import TurnLists, turn_lists

BALANCED = 1
"""Place of the preset that is selected at first."""


def setting_of(options: FluxOptions) -> Setting:
    """The setting that is in force with these parameters."""
    return Setting(
        eot=options.eot_threshold_in_force,
        eager=options.eager_eot_threshold,
        timeout_ms=options.eot_timeout_ms_in_force,
    )


def with_setting(options: FluxOptions, setting: Setting) -> FluxOptions:
    """`options` with this setting; everything else stays."""
    return msgspec.structs.replace(
        options,
        eot_threshold=setting.eot,
        eager_eot_threshold=setting.eager,
        eot_timeout_ms=setting.timeout_ms,
    )


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What takes longer than a control may: all figures with intervals, and the turns to listen to."""

    setting: Setting
    current: Setting | None
    figures: TurnFigures
    current_figures: TurnFigures | None
    lists: TurnLists


def details_of(table: TraceTable, setting: Setting, current: Setting | None) -> Details:
    """Compute the details; about 0.1 s for a thousand turns, so for a thread."""
    return Details(
        setting=setting,
        current=current,
        figures=setting_figures(table, setting),
        current_figures=None if current is None else setting_figures(table, current),
        lists=turn_lists(table, setting),
    )


class TuneModel:
    """What the page shows. Whoever changes it repaints the page; used on the window's thread only."""

    def __init__(self) -> None:
        self.setting = Setting()
        self.current = Setting()
        self.limits: tuple[PresetLimit, ...] = LIMITS
        self.selected: int | None = BALANCED
        """Place of the preset whose limit the curve shows."""
        self.evaluation: Evaluation | None = None
        self.point: CurvePoint | None = None
        self.current_point: CurvePoint | None = None
        self.details: Details | None = None

    @property
    def presets(self) -> Sequence[Preset]:
        """One for each limit; empty without a recording."""
        return () if self.evaluation is None else self.evaluation.presets

    @property
    def replayable_current(self) -> Setting | None:
        """The setting of Live, where the recording can answer for it."""
        return self.current if self.evaluation is not None and self._answers(self.current) else None

    @property
    def details_are_stale(self) -> bool:
        """Whether the details belong to another setting or recording."""
        if self.evaluation is None:
            return False
        wanted = (self.setting, self.replayable_current)
        return self.details is None or (self.details.setting, self.details.current) != wanted

    def take(self, evaluation: Evaluation) -> None:
        """Show another recording, at its balanced preset if it has one."""
        self.evaluation, self.details = evaluation, None
        self.set_current(self.current)
        preset = None if self.selected is None else self.presets[self.selected]
        setting = self.setting if preset is None or preset.setting is None else preset.setting
        self.set_setting(setting, keep_preset=True)

    def take_presets(self, evaluation: Evaluation) -> None:
        """Other limits have led to other presets; a selected one that has a setting is followed."""
        self.evaluation = evaluation
        preset = None if self.selected is None else self.presets[self.selected]
        if preset is not None and preset.setting is not None:
            self.set_setting(preset.setting, keep_preset=True)

    def set_setting(self, setting: Setting, *, keep_preset: bool = False) -> None:
        """Look at another setting, within what the recording can answer for."""
        if self.evaluation is not None:
            recorded = self.evaluation.recorded
            setting = msgspec.structs.replace(
                setting,
                eot=min(setting.eot, recorded.eot),
                timeout_ms=min(setting.timeout_ms, recorded.timeout_ms),
            )
            self.point = curve_point(self.evaluation.table, setting)
        self.setting = setting
        if not keep_preset:
            self.selected = next((n for n, preset in enumerate(self.presets) if preset.setting == setting), None)

    def set_current(self, setting: Setting) -> None:
        """Live uses another setting."""
        self.current = setting
        known = self.replayable_current
        self.current_point = None
        if known is not None and self.evaluation is not None:
            self.current_point = curve_point(self.evaluation.table, known)

    def choose_preset(self, place: int) -> None:
        """Look at a preset; one that the data does not decide is selected only for its limit."""
        self.selected = place
        setting = self.presets[place].setting if self.presets else None
        if setting is not None:
            self.set_setting(setting, keep_preset=True)

    def set_limit(self, place: int, share: float) -> None:
        """Edit the limit of a preset (0 to 1); the presets themselves are computed by `with_limits`."""
        limits = list(self.limits)
        limits[place] = PresetLimit(limits[place].name, share)
        self.limits = tuple(limits)

    def choose_nearest(self, cut_share: float) -> None:
        """Look at the best setting whose cut-offs are closest to a share (0 to 1); eager stays."""
        best = () if self.evaluation is None else self.evaluation.best
        place = nearest(best, cut_share)
        if place is not None:
            self.set_setting(self._with_eager(best[place].setting))

    def step(self, places: int) -> None:
        """Move along the best settings: forward is faster and cuts off more."""
        best = () if self.evaluation is None else self.evaluation.best
        here = self.point.cut_share.value if self.point is not None else None
        place = nearest(best, here or 0.0)
        if place is not None:
            self.set_setting(self._with_eager(best[max(0, min(len(best) - 1, place + places))].setting))

    def _with_eager(self, setting: Setting) -> Setting:
        eager = self.setting.eager
        return msgspec.structs.replace(setting, eager=None if eager is None else min(eager, setting.eot))

    def _answers(self, setting: Setting) -> bool:
        assert self.evaluation is not None
        recorded = self.evaluation.recorded
        return setting.eot <= recorded.eot and setting.timeout_ms <= recorded.timeout_ms
