"""Settings run live beside their replay: each clip at each setting, interleaved, on connections of their own.

The order of the settings turns around from clip to clip (A B, B A), so that a drift of the endpoint hits all alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.base.threads import file_work
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.evaluation.thresholds.presets import Preset
from flux_desktop.evaluation.thresholds.recorded_ends import recorded_figures
from flux_desktop.evaluation.thresholds.replay_error import compare, replay_error
from flux_desktop.evaluation.thresholds.setting_figures import setting_figures
from flux_desktop.evaluation.thresholds.sweep_report import Confirmed, FrontierPoint
from flux_desktop.evaluation.traces.trace import Setting, Trace
from flux_desktop.evaluation.traces.trace_table import trace_table
from flux_desktop.experiments.clip_run import ClipProgress, ClipRun, ClipRunResult, MakeEngine, clip_plan
from flux_desktop.experiments.read_traces import read_traces
from flux_desktop.flux.options import FluxOptions
from flux_desktop.reports.experiment_results import confirm_experiment
from flux_desktop.reports.findings import keep_experiment


class ConfirmResult(Struct, frozen=True, kw_only=True):
    """Replay next to live, by setting, and how the live run ended."""

    confirmed: tuple[Confirmed, ...]
    run: ClipRunResult


def chosen_settings(
    current: Setting, presets: Sequence[Preset], frontier: Sequence[FrontierPoint], count: int
) -> list[Setting]:
    """The current setting, the presets, then settings spread over the frontier: `count` besides the current one."""
    chosen = [current, *(preset.setting for preset in presets if preset.setting is not None)]
    last = len(frontier) - 1
    places = [round((place + 1) * last / (count + 1)) for place in range(count)] if frontier else []
    distinct = list(dict.fromkeys([*chosen, *(frontier[place].setting for place in places)]))
    return distinct[: count + 1]


def with_setting(options: FluxOptions, setting: Setting) -> FluxOptions:
    """Parameters with another setting in force."""
    return replace(
        options, eot_threshold=setting.eot, eager_eot_threshold=setting.eager, eot_timeout_ms=setting.timeout_ms
    )


def interleaved[Item](items: Sequence[Item]) -> list[Item]:
    """One period of an interleaved order: forwards, then backwards."""
    return [*items, *reversed(items)]


async def confirm(
    base: RunPlan,
    data: str,
    entries: Sequence[int],
    settings: Sequence[Setting],
    recorded: Sequence[Trace],
    *,
    at_once: int,
    line_noise_dbfs: float | None = None,
    on_progress: Callable[[ClipProgress], None] = lambda _: None,
    on_event: Callable[[Event], None] = lambda _: None,
    on_run: Callable[[ClipRun], None] = lambda _: None,
    local: LocalEndpoint | None = None,
    sessions_dir: Path | None = None,
    make_engine: MakeEngine | None = None,
) -> ConfirmResult:
    """Send each entry once at each setting and compare with the replay of what was recorded.

    The comparison is kept beside the recording, for reports.
    """
    variants = [with_setting(base.options, setting) for setting in interleaved(settings)]
    options = with_setting(
        base.options, Setting(eot=max(s.eot for s in settings), timeout_ms=max(s.timeout_ms for s in settings))
    )
    plan = clip_plan(
        replace(base, options=options),
        data,
        [entry for entry in entries for _ in settings],
        at_once=at_once,
        purpose="confirm",
        variants=variants,
        line_noise_dbfs=line_noise_dbfs,
    )
    run = ClipRun(
        plan,
        on_progress=on_progress,
        on_event=on_event,
        local=local,
        sessions_dir=sessions_dir,
        make_engine=make_engine,
    )
    on_run(run)
    result = await run.run()
    confirmed = await file_work("Comparing", partial(_kept, result.session_folder, settings, recorded))
    return ConfirmResult(confirmed=confirmed, run=result)


def _kept(folder: Path | None, settings: Sequence[Setting], recorded: Sequence[Trace]) -> tuple[Confirmed, ...]:
    """What the live run in a folder says of each setting."""
    live = read_traces([folder]).traces if folder is not None else ()
    comparisons = (compared(setting, live, recorded) for setting in settings)
    confirmed = tuple(each for each in comparisons if each is not None)
    keep_experiment([folder], confirm_experiment(confirmed))
    return confirmed


def compared(setting: Setting, live: Sequence[Trace], recorded: Sequence[Trace]) -> Confirmed | None:
    """Replay next to live at one setting; None where nothing was run at it."""
    own = [trace for trace in live if trace.setting == setting and trace.turns]
    if not own:
        return None
    originals = {(trace.path, trace.offset_s): trace for trace in reversed(recorded)}
    pairs = [(trace, originals[key]) for trace in own if (key := (trace.path, trace.offset_s)) in originals]
    return Confirmed(
        setting=setting,
        live=recorded_figures(trace_table(own)),
        replayed=setting_figures(trace_table([original for _, original in pairs]), setting),
        error=replay_error([compare(trace, original) for trace, original in pairs]),
    )
