"""How microphones are named in the window."""

from __future__ import annotations

from flux_desktop.audio.devices import InputDevice
from flux_desktop.ui.models.microphone import SYSTEM_DEFAULT, Microphones


def test_devices_of_a_sound_server_are_named_by_what_stands_behind_them() -> None:
    microphones = Microphones(
        devices=[
            InputDevice(
                index=0,
                name="pulse",
                channels=32,
                default_sample_rate_hz=44_100,
                description="USB headset Mono",
            ),
            InputDevice(index=1, name="Built-in", channels=2, default_sample_rate_hz=48_000),
            InputDevice(index=2, name="default", channels=32, default_sample_rate_hz=44_100),
        ]
    )
    assert microphones.entries() == [
        (SYSTEM_DEFAULT, SYSTEM_DEFAULT),
        ("pulse", "USB headset Mono (pulse) · 44.1 kHz"),
        ("Built-in", "Built-in · 48 kHz · 2 channels"),
        ("default", "default · 44.1 kHz"),
    ]
