"""What was chosen in the window, as a plan, in a session, and chosen again: nothing that can be chosen is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, WavSource
from flux_desktop.engine.records.stages import Stage
from flux_desktop.flux.bundles import BUNDLES, LATEST
from flux_desktop.local_faults import BEYOND
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.choices import CONNECTIONS_MAX, DEFAULT_OPTIONS, Choices
from flux_desktop.ui.models.choices_from_plan import NOT_CHOSEN, OF_EXPERIMENTS, RESOLVED, not_restored, restore
from flux_desktop.ui.models.data_set import FRESH, SAME, DataSetShape
from flux_desktop.ui.models.developer import LocalBehaviour
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.models.ramp import BATCHES, STAGES, Ramp
from flux_desktop.ui.models.sound import WavShape

OTHER_BUILD = next(name for name in BUNDLES if name != LATEST.name)
RECORDING = WavShape(Path("a.wav"), 12.5, 16_000, 2, np.zeros(0), channel="left")
CLIPS = (Clip(path=Path("a.wav")),) * 3
DATA = DataSetShape(Path("set.csv"), CLIPS, (1.0,) * 3, 3, channel="right", columns={"audio": "file"})
LOCAL = LocalBehaviour("stall-ms", 1_400.5, OTHER_BUILD, 7, BEYOND[1])
OPTIONS = msgspec.structs.replace(DEFAULT_OPTIONS, eot_threshold=0.55, keyterms=("a", "b"))
RAMP = Ramp(opening_max=9, streams_per_channel=5, limits="update_p95_ms<400ms, retries<=12345678, failed==0")
IN_BATCHES = msgspec.structs.replace(RAMP, way=BATCHES, batch_size=3, batch_delay_s=1.5)
IN_STAGES = msgspec.structs.replace(RAMP, way=STAGES, stages="1x0.25s, 4x2m, 2x3s")
ACCOUNT = Choices(endpoint="mine", profile="work", region="eu-west-1")
CHOSEN = {
    "batches": (Choices(options=OPTIONS, connections=7, duration_s=9, loop=True, ramp=IN_BATCHES), RECORDING),
    "batches to the end": (Choices(connections=7, ramp=IN_BATCHES), RECORDING),
    "stages": (msgspec.structs.replace(ACCOUNT, options=OPTIONS, duration_s=5, ramp=IN_STAGES), RECORDING),
    "fresh connections": (Choices(connections=40, assignment=FRESH, ramp=RAMP), DATA),
    "the same clips": (msgspec.structs.replace(ACCOUNT, connections=4, assignment=SAME, duration_s=60), DATA),
}


def window(choices: Choices, audio: WavShape | DataSetShape, local: LocalBehaviour) -> AppState:
    """A window's state in which this is chosen, with the account's endpoints listed."""
    state = AppState()
    state.choices, state.local = Choices(**msgspec.structs.asdict(choices)), local
    state.endpoints.account = [EndpointEntry("mine", "")]
    state.recording = audio if isinstance(audio, WavShape) else None
    state.data_set = audio if isinstance(audio, DataSetShape) else None
    return state


def plan_of(state: AppState) -> RunPlan:
    source = state.source
    assert source is not None
    return state.plan(source)


def chosen_plan(case: str) -> RunPlan:
    return plan_of(window(*CHOSEN[case], LOCAL))


def recorded(plan: RunPlan) -> RunPlan:
    """The plan as a session has it, with what was filled in before the run started."""
    options = msgspec.structs.replace(plan.options, sample_rate_hz=44_100)
    plan = msgspec.structs.replace(plan, options=options, ca_file="x.pem", bundle="silent")
    if plan.endpoint == "local":
        plan = msgspec.structs.replace(plan, endpoint_url="https://127.0.0.1:9", region="us-east-1")
    return msgspec.json.decode(msgspec.json.encode(plan), type=RunPlan)


@pytest.mark.parametrize("case", CHOSEN)
def test_a_plan_from_a_session_is_chosen_again(case: str) -> None:
    plan, other = chosen_plan(case), window(Choices(), CHOSEN[case][1], LocalBehaviour())
    restore(other, recorded(plan))
    assert plan_of(other) == plan
    assert not_restored(recorded(plan), plan_of(other)) == []


def test_every_field_is_chosen_again_or_known_not_to_be() -> None:
    """A new field of a plan or of what is chosen fails here until it is restored or listed."""
    plans = [chosen_plan(case) for case in CHOSEN]
    changed = set[str]()
    for plan in plans:
        usual = RunPlan(endpoint="local", source=type(plan.source)(path=""))
        changed |= different(usual, plan) | different(usual.source, plan.source)
    fields = {*RunPlan.__struct_fields__, *WavSource.__struct_fields__, *DataSetSource.__struct_fields__}
    assert fields - changed == RESOLVED | OF_EXPERIMENTS | NOT_CHOSEN.keys()
    ramps = [choices.ramp for choices, _ in CHOSEN.values()]
    assert set().union(*(different(Ramp(), ramp) for ramp in ramps)) == {*Ramp.__struct_fields__} - {"budget"}
    assert all(getattr(LOCAL, name) != getattr(LocalBehaviour(), name) for name in LocalBehaviour.__slots__)


def different(a: msgspec.Struct, b: msgspec.Struct) -> set[str]:
    return {name for name in a.__struct_fields__ if getattr(a, name) != getattr(b, name)}


def test_what_a_plan_does_not_say_stays_as_chosen() -> None:
    ramp = Ramp(way=BATCHES, batch_size=8, stages="4x5s", budget="5usd")
    state = window(Choices(profile="work", region="eu-west-1", connections=3, ramp=ramp), RECORDING, LOCAL)
    restore(state, recorded(chosen_plan("stages")))
    assert (state.choices.connections, state.choices.loop) == (3, False), "stages say both"
    assert (state.choices.ramp.budget, state.choices.ramp.batch_size) == ("5usd", 8)
    assert state.choices.options.sample_rate_hz == DEFAULT_OPTIONS.sample_rate_hz, "that is of the audio"
    assert state.local == LOCAL
    restore(state, recorded(chosen_plan("batches")))
    assert state.access == ("work", "eu-west-1"), "the built-in endpoint is in no account"


def test_a_recorded_microphone_is_sent_to_its_end() -> None:
    state = window(Choices(duration_s=5, loop=True), RECORDING, LOCAL)
    restore(state, RunPlan(endpoint="local", source=MicrophoneSource(record=True), duration_s=60))
    assert plan_of(state).source == WavSource(path="a.wav", channel="left")
    assert plan_of(state).duration_s is None


def test_stages_are_not_taken_for_batches() -> None:
    plan = RunPlan(endpoint="local", source=WavSource(path="a.wav"), stages=(Stage(2, 3.0),), batch_size=1)
    state = window(Choices(), RECORDING, LOCAL)
    restore(state, plan)
    assert (state.choices.ramp.way, state.choices.ramp.stages) == (STAGES, "2x3s")


def test_what_the_window_cannot_choose_is_named() -> None:
    source = DataSetSource(path="set.csv", seed=3)
    plan = RunPlan(
        endpoint="local",
        source=source,
        connections=CONNECTIONS_MAX + 1,
        chunk_s=0.1,
        local_arguments=("--recogniser", "silent", "--capacity", "x", "--fault", "none-such=1"),
    )
    state = window(Choices(), replace(DATA, columns=None, channel="mix"), LOCAL)
    restore(state, plan)
    assert state.local == LocalBehaviour()
    assert not_restored(plan, plan_of(state)) == [
        "the length of chunks",
        "the order of the clips",
        "arguments of the built-in endpoint",
        "the number of connections",
    ]


def test_a_secret_that_was_kept_out_of_the_session_is_not_sent() -> None:
    options = msgspec.structs.replace(OPTIONS, extra=(("token", "a secret"), ("tier", "new")))
    plan = RunPlan(endpoint="local", source=WavSource(path="a.wav"), options=options).public
    state = window(Choices(), RECORDING, LOCAL)
    restore(state, plan)
    assert state.choices.options.extra == (("tier", "new"),)
    assert not_restored(plan, plan_of(state)) == ["parameters that hold a secret"]
