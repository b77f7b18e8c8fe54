"""Which microphones there are, asked in a short-lived process, because PortAudio freezes its list when it starts.

``python -m flux_desktop.audio.devices`` is that process: it prints the list as one JSON line.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from flux_desktop.audio import portaudio
from flux_desktop.base import program
from flux_desktop.base.child import end_at_once
from flux_desktop.base.child_environment import child_environment
from flux_desktop.base.problem import Problem, ProblemError

MODULE = "flux_desktop.audio.devices"
LIST_LIMIT_S = 10.0


class InputDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A microphone. `index` is PortAudio's and holds until devices come or go."""

    index: int
    name: str
    host_api: str
    channels: int
    default_sample_rate_hz: int
    is_default: bool = False


class _Answer(msgspec.Struct, kw_only=True):
    devices: list[InputDevice] = []
    problem: Problem | None = None


async def input_devices(limit_s: float = LIST_LIMIT_S, command: Sequence[str] = ()) -> list[InputDevice]:
    """The microphones as of now, the default one first. Raises `ProblemError`; at most `limit_s`."""
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
        raise ProblemError(_no_list("The sound system broke off.")) from None
    finally:
        await end_at_once(process)
    if answer.problem is not None:
        raise ProblemError(answer.problem)
    return sorted(answer.devices, key=lambda device: (not device.is_default, device.index))


def list_now() -> list[InputDevice]:
    """The microphones, asked in this very process. Blocks. Raises `ProblemError`."""
    module = portaudio.load()
    with portaudio.quiet():
        audio = module.PyAudio()
        try:
            default = _default_index(audio)
            found = [audio.get_device_info_by_index(index) for index in range(audio.get_device_count())]
            apis = [audio.get_host_api_info_by_index(index)["name"] for index in range(audio.get_host_api_count())]
        finally:
            audio.terminate()
    return [
        InputDevice(
            index=info["index"],
            name=str(info["name"]),
            host_api=str(apis[info["hostApi"]]),
            channels=info["maxInputChannels"],
            default_sample_rate_hz=int(info["defaultSampleRate"]),
            is_default=info["index"] == default,
        )
        for info in found
        if info["maxInputChannels"] > 0
    ]


def _default_index(audio: Any) -> int:
    try:
        return int(audio.get_default_input_device_info()["index"])
    except OSError:
        return -1


def _no_list(why: str) -> Problem:
    return Problem(
        code="microphones_unknown",
        what="The list of microphones could not be had.",
        why=why,
        todo="Try again; if it persists, restart the sound server.",
    )


def main() -> None:
    """Print the list, or the problem, as JSON."""
    try:
        answer = _Answer(devices=list_now())
    except ProblemError as error:
        answer = _Answer(problem=error.problem)
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
