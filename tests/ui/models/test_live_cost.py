"""What a run of Live costs, before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from flux_desktop.datasets.clip import Clip
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.data_set import FRESH, OWN, SAME, DataSetShape
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.models.live_cost import live_cost
from flux_desktop.ui.models.ramp import STAGES, Ramp
from flux_desktop.ui.models.sound import read_shape

RECORDING = Path(__file__).parents[3] / "resources" / "sample_audio" / "conversation.wav"


@pytest.fixture
def state() -> AppState:
    state = AppState()
    state.endpoints.account = [EndpointEntry("flux-en-prod", "")]
    state.choices.endpoint = "flux-en-prod"
    state.choices.connections = 60
    state.recording = read_shape(RECORDING)
    return state


def test_stream_minutes_and_money_are_known_before_the_start(state: AppState) -> None:
    minutes = state.recording.duration_s if state.recording else 0.0
    assert live_cost(state).startswith(f"About {minutes:,.0f} stream-minutes, $")
    assert live_cost(state).endswith("plus the instance, at the suggested price.")
    state.choices.ramp = Ramp(way=STAGES, stages="10x2m")
    assert live_cost(state).startswith("About 20 stream-minutes, $0.15 plus the instance")
    state.choices.ramp = Ramp()
    state.choices.loop = True
    assert live_cost(state).endswith("for each minute, until stopped.")


@pytest.mark.parametrize(("assignment", "minutes"), [(OWN, 20), (FRESH, 20), (SAME, 120)])
def test_each_clip_of_a_data_set_is_counted_as_often_as_it_is_sent(
    state: AppState, assignment: str, minutes: int
) -> None:
    clips = tuple(Clip(path=Path(f"{number}.wav")) for number in range(10))
    state.recording, state.data_set = None, DataSetShape(Path("d"), clips, (118.0,) * 10, 11)
    state.choices.connections, state.choices.assignment = 6, assignment
    assert live_cost(state).startswith(f"About {minutes} stream-minutes")


def test_a_budget_bounds_the_cost(state: AppState) -> None:
    state.choices.loop = True
    state.choices.ramp = Ramp(budget="5usd")
    state.prices = replace(state.prices, licence_per_stream_minute=0.01, suggested=False)
    assert live_cost(state) == "About 500 stream-minutes, $5.00 plus the instance, within the budget."
    state.choices.ramp = Ramp(budget="much")
    assert "cannot be read" in live_cost(state)


def test_the_built_in_endpoint_costs_nothing(state: AppState) -> None:
    state.choices.endpoint = "local"
    assert live_cost(state) == ""
