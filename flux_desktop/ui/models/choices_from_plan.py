"""From the plan of a recorded run back to the choices in the window: the inverse of `plan_from_choices`. No Qt."""

from __future__ import annotations

from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, DataSetSource, MicrophoneSource, RunPlan, WavSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.choices import CONNECTIONS_MAX
from flux_desktop.ui.models.data_set import assignment_of
from flux_desktop.ui.models.developer import LocalBehaviour
from flux_desktop.ui.models.ramp import STAGES, ramp_of

RESOLVED = frozenset({"endpoint_url", "ca_file", "bundle", "left_out"})
"""Fields that are filled in before a run starts: as chosen, they are empty."""
OF_EXPERIMENTS = frozenset({"purpose", "on_demand", "entries", "variants", "line_noise_dbfs"})
"""Fields that only runs of experiments have."""
NOT_CHOSEN = {
    "target_variant": "the production variant",
    "chunk_s": "the length of chunks",
    "idle_before_audio_s": "idle time before the audio",
    "keepalive_interval_s": "keep-alives",
    "reconfigure_after_s": "a Configure message",
    "reconfigure": "a Configure message",
    "finalize_at_end": "Finalize at the end",
    "force_end_turn_at_end": "ForceEndTurn at the end",
    "rotate_after_s": "the age at which streams are replaced",
    "rotate_latest_s": "the age at which streams are replaced",
    "reconnect": "no reconnecting",
    "seed": "the order of the clips",
    "strict": "refusing unusable clips",
    "passes": "the number of passes",
    "trailing_silence_s": "the silence after each clip",
}
"""Further fields of a plan, or of a data set in it, that cannot be chosen in the window, in words."""


def restore(state: AppState, plan: RunPlan) -> None:
    """Choose what a plan was made of; its audio is read by `Recordings`. What a plan does not say stays as chosen."""
    choices, source = state.choices, plan.source
    choices.endpoint = plan.endpoint
    if plan.endpoint == LOCAL_ENDPOINT:
        state.local = LocalBehaviour.of(plan.local_arguments)
    elif (plan.profile, plan.region) != state.access:
        choices.profile, choices.region = plan.profile or "", plan.region
    choices.take_options(plan.options)
    choices.ramp = ramp_of(plan, choices.ramp)
    # A recorded microphone is as long as it was heard.
    choices.duration_s = 0.0 if isinstance(source, MicrophoneSource) else plan.duration_s or 0.0
    if choices.ramp.way != STAGES:  # stages say how many connections there are, and repeat a recording
        choices.connections = min(plan.held_max or plan.connections, CONNECTIONS_MAX)
        choices.loop = isinstance(source, WavSource) and source.loop
    if isinstance(source, DataSetSource):
        choices.assignment = assignment_of(source)


def not_restored(plan: RunPlan, again: RunPlan) -> list[str]:
    """What is different in the plan that was made of the restored choices, in words."""
    pairs: list[tuple[object, object]] = [(plan, again)]
    if isinstance(plan.source, DataSetSource) and isinstance(again.source, DataSetSource):
        pairs.append((plan.source, again.source))
    lost = [
        words
        for before, after in pairs
        for name, words in NOT_CHOSEN.items()
        if hasattr(before, name) and getattr(before, name) != getattr(after, name)
    ]
    if sorted(plan.local_arguments) != sorted(again.local_arguments):
        lost.append("arguments of the built-in endpoint")
    if plan.options != plan.options.known:
        lost.append("parameters that hold a secret")
    if not plan.stages and (plan.held_max or plan.connections) != (again.held_max or again.connections):
        lost.append("the number of connections")
    return list(dict.fromkeys(lost))
