"""Listing the microphones: a cancelled listing leaves no process behind; a device is found by number or name."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from pathlib import Path

import pytest

from flux_desktop.audio.devices import InputDevice, find_device, input_devices
from flux_desktop.audio.portaudio import device_text
from flux_desktop.base.problem import ProblemError
from tests.conftest import all_children

SLEEPER = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"

LISTING = "import sys; sys.path.insert(0, sys.argv[1]); from flux_desktop.audio.devices import main; main()"


async def test_a_sound_library_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    """PyAudio then prints a remark to standard output, where the listing answers."""
    missing = "libasound.so.2: cannot open shared object file"
    (tmp_path / "pyaudio.py").write_text(f"print('Could not import the C module')\nraise ImportError('{missing}')\n")
    with pytest.raises(ProblemError) as failed:
        await input_devices(command=(sys.executable, "-c", LISTING, str(tmp_path)))
    assert failed.value.problem.code == "audio_library_missing"
    assert missing in failed.value.problem.why


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("between", [0, 1, 2, 3])
async def test_cancelled_twice_in_a_row(tmp_path: Path, between: int) -> None:
    pid_file = tmp_path / "pid"
    listing = asyncio.create_task(input_devices(command=(sys.executable, "-c", SLEEPER, str(pid_file))))
    while not (pid_file.exists() and pid_file.read_text()):  # noqa: ASYNC110 -- another process sets it
        await asyncio.sleep(0.01)
    listing.cancel()
    for _ in range(between):
        await asyncio.sleep(0)
    listing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listing
    assert not alive(int(pid_file.read_text()))
    del listing
    gc.collect()  # a transport that is not closed tells so here


@pytest.mark.parametrize("passes", range(6))
async def test_cancelled_while_it_starts(tmp_path: Path, passes: int) -> None:
    before = all_children()
    listing = asyncio.create_task(input_devices(command=(sys.executable, "-c", SLEEPER, str(tmp_path / "pid"))))
    for _ in range(passes):
        await asyncio.sleep(0)
    listing.cancel()
    await asyncio.sleep(0)
    listing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listing
    while all_children() - before:  # noqa: ASYNC110 -- asyncio takes the exit status of a process it has killed
        await asyncio.sleep(0.01)
    del listing
    gc.collect()


def device(index: int, name: str) -> InputDevice:
    return InputDevice(index=index, name=name, channels=2, default_sample_rate_hz=44100)


DEVICES = [device(0, "USB Audio: #0 (hw:1,0)"), device(3, "USB Audio: #1 (hw:1,1)"), device(4, "pulse"), device(5, "7")]
DEVICES += [device(6, "pulse monitor")]


@pytest.mark.parametrize(
    ("wanted", "index"), [("0", 0), ("4", 4), ("hw:1,1", 3), ("PULSE", 4), ("Monitor", 6), ("audio: #0", 0)]
)
def test_a_device_is_found_by_number_name_or_part_of_its_name(wanted: str, index: int) -> None:
    assert find_device(DEVICES, wanted).index == index


@pytest.mark.parametrize(
    ("wanted", "code", "what", "named"),
    [
        ("7", "microphone_unknown", "There is no microphone with the number 7.", "--list-devices"),
        (
            "usb",
            "microphone_unknown",
            "Several microphones match “usb”.",
            "[0] USB Audio: #0 (hw:1,0), [3] USB Audio: #1",
        ),
        ("desk", "microphone_unknown", "No microphone matches “desk”.", "[4] pulse"),
    ],
)
def test_a_device_that_is_not_found_is_explained(wanted: str, code: str, what: str, named: str) -> None:
    with pytest.raises(ProblemError) as caught:
        find_device(DEVICES, wanted)
    assert (caught.value.problem.code, caught.value.problem.what) == (code, what)
    assert named in caught.value.problem.sentence()


def test_without_any_device_no_name_is_to_blame() -> None:
    with pytest.raises(ProblemError) as caught:
        find_device([], "desk")
    assert caught.value.problem.code == "microphone_missing"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Größe", "Größe"),
        ("Größe".encode(), "Größe"),
        ("m\xefc".encode("latin-1"), "m\xefc"),
        (b"\xff\x81", "\xff\x81"),
    ],
)
def test_every_device_name_is_shown_as_text(name: str | bytes, text: str) -> None:
    assert device_text(name) == text


@pytest.mark.skipif(sys.platform != "linux", reason="ALSA's configuration names the devices")
async def test_a_device_whose_name_is_not_utf_8_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = b"pcm.nullmic { type null }\npcm.m\xefcr\xf6phone { type null; hint { show on; description x } }\n"
    (tmp_path / ".asoundrc").write_bytes(config)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert {"nullmic", "m\xefcr\xf6phone"} <= {each.name for each in await input_devices()}
