"""Flags of a microphone, and the plan that they make."""

from __future__ import annotations

import argparse

import pytest

from flux_desktop.audio.devices import InputDevice
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.arguments import add_microphone_arguments
from flux_desktop.cli.planning import microphone_plan, remarks
from flux_desktop.engine.records.plan import MicrophoneSource

pytestmark = pytest.mark.usefixtures("logging_as_before")


@pytest.mark.parametrize("wanted", ["3", "desk", "USB DESK MIC"])
def test_a_microphone_plan(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    def device(index: int, name: str) -> InputDevice:
        return InputDevice(index=index, name=name, channels=1, default_sample_rate_hz=48_000)

    async def listed() -> list[InputDevice]:
        return [device(0, "pulse"), device(3, "USB desk mic")]

    monkeypatch.setattr("flux_desktop.cli.planning.input_devices", listed)
    parser = argparse.ArgumentParser()
    add_microphone_arguments(parser)
    run_plan = microphone_plan(
        parser.parse_args(["local", "--sample-rate", "48000", "--device", wanted, "--duration", "9"])
    )
    assert run_plan.source == MicrophoneSource(device_index=3, device_name="USB desk mic")
    with pytest.raises(ProblemError) as caught:
        microphone_plan(parser.parse_args(["local", "--device", "4"]))
    assert caught.value.problem.code == "microphone_unknown"
    assert (run_plan.options.sample_rate_hz, run_plan.duration_s, run_plan.endpoint) == (48_000, 9.0, "local")
    with pytest.raises(ProblemError):
        microphone_plan(parser.parse_args(["local", "--sample-rate", "22050"]))


@pytest.mark.parametrize("device", [[], ["--device", "0"]])
def test_a_microphone_is_recorded_only_if_asked_for(monkeypatch: pytest.MonkeyPatch, device: list[str]) -> None:
    async def listed() -> list[InputDevice]:
        return [InputDevice(index=0, name="pulse", channels=1, default_sample_rate_hz=48_000)]

    monkeypatch.setattr("flux_desktop.cli.planning.input_devices", listed)
    parser = argparse.ArgumentParser()
    add_microphone_arguments(parser)
    for flags, records in (([], False), (["--record-microphone"], True)):
        args = parser.parse_args(["local", *device, *flags])
        source = microphone_plan(args).source
        assert isinstance(source, MicrophoneSource)
        assert source.record is records
        assert ("Record people only with their consent." in " ".join(remarks(args))) is records
