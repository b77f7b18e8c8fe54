"""What the window knows about listening: the words about it, the volume, the outputs."""

from __future__ import annotations

import pytest

from flux_desktop.audio.devices import OutputDevice
from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.listening import NOT_WITH_MICROPHONE, ListeningState
from flux_desktop.ui.models.microphone import SYSTEM_DEFAULT


def test_the_volume_is_heard_evenly_and_muting_is_silent() -> None:
    listening = ListeningState(volume=50)
    assert listening.gain == pytest.approx(0.25)
    listening.toggle_mute()
    assert listening.gain == 0.0
    listening.toggle()
    assert (listening.wanted, listening.muted) == (True, False)


@pytest.mark.parametrize(
    ("state", "microphone", "words"),
    [
        ({}, False, ""),
        ({"wanted": True}, False, "Plays while a run is streaming."),
        ({"wanted": True}, True, NOT_WITH_MICROPHONE),
        ({"sounding": True, "behind_ms": -4.2}, False, "in step, 4 ms"),
        ({"wanted": True, "muted": True}, False, "Muted."),
        ({"wanted": True, "problem": Problem(code="x", what="No output.")}, False, "No output."),
    ],
)
def test_one_line_says_what_is_heard(state: dict[str, object], microphone: bool, words: str) -> None:
    assert ListeningState(**state).words(microphone=microphone)[0] == words  # type: ignore[arg-type]


def test_a_chosen_output_stays_while_it_is_unplugged() -> None:
    listening = ListeningState(outputs=[OutputDevice(name="default", description="Built-in audio")])
    assert listening.entries() == [(SYSTEM_DEFAULT, SYSTEM_DEFAULT), ("default", "Built-in audio (default)")]
    assert listening.output_name == ""
    listening.output = "Headset"
    assert listening.entries()[-1] == ("Headset", "Headset · disconnected")
    assert listening.output_name == "Headset"
