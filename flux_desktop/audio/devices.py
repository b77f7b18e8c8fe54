"""Lists microphones and sound outputs, in a short-lived process: PortAudio reads its list only once, when it starts.

``python -m flux_desktop.audio.devices`` is that process: it prints the lists as one JSON line.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from flux_desktop.audio import portaudio
from flux_desktop.audio.sound_server import (
    STANDS_FOR_DEFAULT,
    default_sink_description,
    default_source_description,
)
from flux_desktop.base import program
from flux_desktop.base.child import end_at_once
from flux_desktop.base.child_environment import child_environment
from flux_desktop.base.orphan import exit_with_parent
from flux_desktop.base.problem import Problem, ProblemError

MODULE = "flux_desktop.audio.devices"
LIST_LIMIT_S = 10.0


class InputDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A microphone. `index` is PortAudio's and holds until devices come or go; `name` is unique."""

    index: int
    name: str
    channels: int
    default_sample_rate_hz: int
    is_default: bool = False
    description: str = ""
    """What the sound server calls the source behind it, where the name does not say."""


class OutputDevice(msgspec.Struct, frozen=True, kw_only=True):
    """Loudspeakers or headphones, known by their name."""

    name: str
    is_default: bool = False
    description: str = ""
    """What the sound server calls the output behind it, where the name does not say."""


class _Answer(msgspec.Struct, kw_only=True):
    devices: list[InputDevice] = []
    outputs: list[OutputDevice] = []
    problem: Problem | None = None


async def input_devices(limit_s: float = LIST_LIMIT_S, command: Sequence[str] = ()) -> list[InputDevice]:
    """The microphones connected now, the default one first. Raises `ProblemError`; takes at most `limit_s`."""
    answer = await _ask(limit_s, command)
    return sorted(answer.devices, key=lambda device: (not device.is_default, device.index))


async def output_devices(limit_s: float = LIST_LIMIT_S, command: Sequence[str] = ()) -> list[OutputDevice]:
    """The sound outputs connected now, the default one first. Raises `ProblemError`; takes at most `limit_s`."""
    answer = await _ask(limit_s, command)
    return sorted(answer.outputs, key=lambda device: not device.is_default)


async def _ask(limit_s: float, command: Sequence[str]) -> _Answer:
    process = await asyncio.create_subprocess_exec(
        *(command or program.command(MODULE)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=child_environment(),
    )
    try:
        async with asyncio.timeout(limit_s):
            output, _ = await process.communicate()
        answer = msgspec.json.decode(output, type=_Answer)
    except TimeoutError:
        raise ProblemError(_no_list(f"The sound system did not answer within {limit_s:g} s.")) from None
    except msgspec.DecodeError:
        raise ProblemError(_no_list("The sound library crashed while listing the devices.")) from None
    finally:
        await end_at_once(process)
    if answer.problem is not None:
        raise ProblemError(answer.problem)
    return answer


def list_now() -> tuple[list[InputDevice], list[OutputDevice]]:
    """Microphones and outputs, listed in this process. Blocks. Raises `ProblemError`."""
    module = portaudio.load()
    with portaudio.quiet():
        audio = module.PyAudio()
        try:
            default, default_output = _default_index(audio), _default_output_index(audio)
            devices = [audio.get_device_info_by_index(index) for index in range(audio.get_device_count())]
            inputs = [info for info in devices if info["maxInputChannels"] > 0]
            outputs = [info for info in devices if info["maxOutputChannels"] > 0]
            names, output_names = portaudio.distinct_names(audio, inputs), portaudio.distinct_names(audio, outputs)
        finally:
            audio.terminate()
    named = any(info["name"] in STANDS_FOR_DEFAULT for info in inputs)
    description = default_source_description() if named else ""
    output_named = any(info["name"] in STANDS_FOR_DEFAULT for info in outputs)
    output_description = default_sink_description() if output_named else ""
    return [
        InputDevice(
            index=info["index"],
            name=name,
            channels=info["maxInputChannels"],
            default_sample_rate_hz=int(info["defaultSampleRate"]),
            is_default=info["index"] == default,
            description=description if info["name"] in STANDS_FOR_DEFAULT else "",
        )
        for info, name in zip(inputs, names, strict=True)
    ], [
        OutputDevice(
            name=name,
            is_default=info["index"] == default_output,
            description=output_description if info["name"] in STANDS_FOR_DEFAULT else "",
        )
        for info, name in zip(outputs, output_names, strict=True)
    ]


def find_device(devices: Sequence[InputDevice], wanted: str) -> InputDevice:
    """The device that `wanted` names: its number, its name, or a part of its name, in any case.

    A whole name is preferred to parts of others. Raises `ProblemError` when no device or several fit.
    """
    if not devices:
        raise ProblemError(portaudio.no_microphone())
    if wanted.isdecimal():
        by_index = next((device for device in devices if device.index == int(wanted)), None)
        if by_index is None:
            raise ProblemError(portaudio.unknown_index(int(wanted)))
        return by_index
    name = wanted.casefold()
    whole = [device for device in devices if device.name.casefold() == name]
    matches = whole or [device for device in devices if name in device.name.casefold()]
    if len(matches) == 1:
        return matches[0]
    names = ", ".join(f"[{device.index}] {device.name}" for device in matches or devices)
    if matches:
        what, why, todo = f"Several microphones match “{wanted}”.", f"They are: {names}.", "Give the number of one."
    else:
        what, why, todo = f"No microphone matches “{wanted}”.", f"Available: {names}.", "Give a name or a number."
    raise ProblemError(Problem(code="microphone_unknown", what=what, why=why, todo=todo))


def _default_index(audio: Any) -> int:
    try:
        return int(audio.get_default_input_device_info()["index"])
    except OSError:
        return -1


def _default_output_index(audio: Any) -> int:
    try:
        return int(audio.get_default_output_device_info()["index"])
    except OSError:
        return -1


def _no_list(why: str) -> Problem:
    return Problem(
        code="microphones_unknown",
        what="The list of microphones could not be read.",
        why=why,
        todo="Try again. If this persists, restart the sound server.",
    )


def main() -> None:
    """Print the lists, or the problem, as JSON."""
    exit_with_parent(grace_s=0.0)
    try:
        devices, outputs = list_now()
        answer = _Answer(devices=devices, outputs=outputs)
    except ProblemError as error:
        answer = _Answer(problem=error.problem)
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
