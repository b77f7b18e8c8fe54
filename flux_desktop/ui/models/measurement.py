"""What the Tune page measures: a data set on an endpoint, how often; and what that costs, in words. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flux_desktop.base.amounts import amount
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, RunPlan
from flux_desktop.evaluation.cost import Prices, cost_of
from flux_desktop.evaluation.thresholds.replay_error import ReplayError
from flux_desktop.evaluation.thresholds.sweep_report import Confirmed
from flux_desktop.ui.models import text
from flux_desktop.ui.models.chosen_data import data_name, data_path
from flux_desktop.ui.models.tune_figures import value_text

if TYPE_CHECKING:
    from flux_desktop.experiments.sweep_plan import SweepPlan, SweepSize

REPEATS_MAX, CONNECTIONS_MAX = 10, 200


@dataclass(frozen=True, slots=True)
class Measurement:
    """How a data set is to be recorded; an empty path is the bundled one."""

    path: str = ""
    repeats: int = 3
    connections: int = 8
    line_noise: bool = False

    @property
    def name(self) -> str:
        """The data set as the page names it."""
        return data_name(self.path)

    def plan(self, base: RunPlan) -> SweepPlan:
        """The sweep; `base` has endpoint and parameters. Raises `ProblemError` where the bundled set is gone."""
        from flux_desktop.experiments.sweep_plan import LINE_NOISE_DBFS, SweepPlan

        data = data_path(self.path)
        return SweepPlan(
            base=base,
            data=data,
            repeats=self.repeats,
            at_once=self.connections,
            line_noise_dbfs=LINE_NOISE_DBFS if self.line_noise else None,
        )


def size_words(size: SweepSize) -> str:
    """How much there is to record, and what is recorded already."""
    streams = f"{amount(size.clips, 'clip')} · {amount(size.streams, 'stream')} · about {text.clock(60 * size.minutes)}"
    return f"{streams} · {size.recorded:,} recorded" if size.recorded else streams


def cost_words(stream_minutes: float, endpoint: str, prices: Prices) -> str:
    """What a recording will use, shown before it starts."""
    if endpoint == LOCAL_ENDPOINT:
        return f"{max(1.0, stream_minutes):,.0f} stream-minutes · no cost"
    return cost_of(stream_minutes, prices).sentence()


DIFFERS_FROM = 0.05
"""Share of decisions from which a replay counts as different from the live run."""


def confirmed_words(confirmed: Confirmed) -> str:
    """A live run beside the replay of its setting, with n and interval."""
    live, replayed = confirmed.live.cut_offs_per_hold, confirmed.replayed.cut_offs_per_hold
    by_replay = value_text(replayed, is_share=True)
    cut = f"{value_text(live, is_share=True)} of {amount(live.n, 'hold')} cut off, {by_replay} by replay"
    turns, turns_replayed = confirmed.live.cut_offs_per_turn, confirmed.replayed.cut_offs_per_turn
    cut += f"; {value_text(turns, is_share=True)} of {amount(turns.n, 'turn')}"
    cut += f", {value_text(turns_replayed, is_share=True)}"
    return f"{confirmed.setting.text}: live {cut} by replay; {error_words(confirmed.error)}"


def error_words(error: ReplayError) -> str:
    """How far a replay was from the live run."""
    if error.error_ms.value is None:
        return "too few ends to compare with the replay"
    off = f"replay − live {error.error_ms.value:+,.0f} ms"  # noqa: RUF001
    if error.error_ms.low is not None and error.error_ms.high is not None:
        off += f" ({error.error_ms.low:+,.0f} to {error.error_ms.high:+,.0f})"
    between = f", {error.unseen} came between two messages" if error.unseen else ""
    return f"{off}; {error.differing} of {amount(error.decisions, 'decision')} differ{between}"


def is_confirmed(error: ReplayError) -> bool:
    """Whether the live run decided what the replay says, but for few decisions: also of those that it cannot see."""
    return error.decisions > 0 and error.differing + error.unseen <= DIFFERS_FROM * error.decisions
