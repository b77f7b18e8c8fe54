"""Capture from a microphone, frame by frame, through PortAudio's own callback thread.

That thread takes the time, puts the frame into a queue, and waits where the device delivers faster than real time; the
listener is called on the event loop's thread. Starting and stopping block in PortAudio, so they run on threads of
their own.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from flux_desktop.audio import portaudio
from flux_desktop.audio.device_pace import DevicePace
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.flux.defaults import CHUNK_S, SAMPLE_RATE_HZ, SAMPLE_RATES_HZ

START_LIMIT_S = 10.0
STOP_LIMIT_S = 2.0
#: Sound kept while the event loop is late; older frames are dropped and counted.
QUEUE_S = 5.0
#: A microphone without a frame for this long counts as lost: PortAudio has no other sign of an unplugged one.
LOST_AFTER_S = 1.0
#: A wireless microphone may take seconds to wake up; so does a sound server that has been idle.
FIRST_FRAME_LIMIT_S = 5.0


class MicrophoneListener(Protocol):
    """Called on the event loop's thread; must not block."""

    def on_frame(self, pcm: bytes, captured_s: float) -> None:
        """One frame, mono, signed 16-bit little-endian. `captured_s`: `time.monotonic()` at its end."""

    def on_lost(self, problem: Problem) -> None:
        """The device is lost; no frame follows. Called at most once, and not after `stop`."""


class Microphone:
    """One input device. `sample_rate_hz` is the requested rate, and after `start` the rate in use."""

    def __init__(
        self,
        listener: MicrophoneListener,
        *,
        device_index: int | None = None,
        sample_rate_hz: int = SAMPLE_RATE_HZ,
        frame_s: float = CHUNK_S,
    ) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.dropped_frames = 0
        self._listener = listener
        self._device_index = device_index
        self._frame_s = frame_s
        self._queue: deque[tuple[bytes, float]] = deque()
        self._pace = DevicePace()
        self._drain_is_due = False
        self._capturing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._started_s = 0.0
        self._last_frame_s: float | None = None
        self._audio: Any = None
        self._stream: Any = None

    async def start(self) -> None:
        """Open the device and begin. Raises `ProblemError`; takes at most `START_LIMIT_S`. Call it once."""
        self._loop = asyncio.get_running_loop()
        self._capturing = True
        try:
            await _in_daemon_thread(self._open, START_LIMIT_S)
        except TimeoutError:
            self._capturing = False
            raise ProblemError(_no_answer()) from None
        except BaseException:
            self._capturing = False
            raise
        self._started_s = time.monotonic()
        self._watch = self._loop.call_later(LOST_AFTER_S / 2, self._check_progress)

    async def stop(self) -> None:
        """Close the device; waits at most `STOP_LIMIT_S` for PortAudio. Idempotent."""
        self._capturing = False
        self._queue.clear()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        with contextlib.suppress(TimeoutError):
            await _in_daemon_thread(self._close, STOP_LIMIT_S)

    # ------------------------------------------------------------ blocking, on a thread of its own

    def _open(self) -> None:
        module = portaudio.load()
        name = "" if self._device_index is None else f"number {self._device_index}"
        with portaudio.quiet():
            audio = module.PyAudio()
            try:
                info = self._device_info(audio)
                name = f"“{portaudio.device_text(info['name'])}”"
                self.sample_rate_hz = self._usable_rate(audio, module, info)
                stream = audio.open(
                    format=module.paInt16,
                    channels=1,
                    rate=self.sample_rate_hz,
                    input=True,
                    input_device_index=info["index"],
                    frames_per_buffer=round(self.sample_rate_hz * self._frame_s),
                    stream_callback=self._captured,
                )
            except ProblemError:
                audio.terminate()
                raise
            except (OSError, ValueError) as error:
                audio.terminate()
                raise ProblemError(portaudio.opening_problem(error, name)) from error
        self._audio, self._stream = audio, stream
        if not self._capturing:  # `start` has given up
            self._close()

    def _device_info(self, audio: Any) -> dict[str, Any]:
        if self._device_index is None:
            info = audio.get_default_input_device_info()
        else:
            try:
                info = audio.get_device_info_by_index(self._device_index)
            except OSError as error:
                raise ProblemError(portaudio.unknown_index(self._device_index)) from error
        if info["maxInputChannels"] < 1:
            raise ProblemError(portaudio.not_an_input(portaudio.device_text(info["name"])))
        return dict(info)

    def _usable_rate(self, audio: Any, module: Any, info: dict[str, Any]) -> int:
        """The requested rate, else the device's own if Flux takes it."""
        for rate in (self.sample_rate_hz, int(info["defaultSampleRate"])):
            if rate not in SAMPLE_RATES_HZ:
                continue
            with contextlib.suppress(ValueError):
                audio.is_format_supported(
                    rate, input_device=info["index"], input_channels=1, input_format=module.paInt16
                )
                return rate
        return self.sample_rate_hz

    def _close(self) -> None:
        stream, audio, self._stream, self._audio = self._stream, self._audio, None, None
        if stream is not None:
            with contextlib.suppress(OSError):  # raised for a device that was unplugged
                stream.close()
        if audio is not None:
            audio.terminate()

    # ------------------------------------------------------------ PortAudio's thread

    def _captured(self, data: bytes, _frames: int, _times: object, _status: int) -> tuple[None, int]:
        if not self._capturing or self._loop is None:
            return None, 1  # paComplete
        now_s = time.monotonic()
        self._queue.append((data, now_s))
        if not self._drain_is_due:
            self._drain_is_due = True
            with contextlib.suppress(RuntimeError):  # the loop has closed
                self._loop.call_soon_threadsafe(self._drain)
        # A device without a pace of its own would otherwise use a processor up, and flood whoever listens.
        if (wait_s := self._pace.count(self._frame_s, now_s)) > 0:
            time.sleep(wait_s)
        return None, 0  # paContinue

    # ------------------------------------------------------------ the event loop's thread

    def _drain(self) -> None:
        self._drain_is_due = False
        queue, most = self._queue, int(QUEUE_S / self._frame_s)
        while len(queue) > most:
            queue.popleft()
            self.dropped_frames += 1
        for _ in range(len(queue)):  # and no frame that comes meanwhile, so that the loop gets on
            if not self._capturing:
                return
            data, captured_s = queue.popleft()
            self._last_frame_s = captured_s
            self._listener.on_frame(data, captured_s)

    def _check_progress(self) -> None:
        """Report the device as lost when no frame has come for too long; called twice in `LOST_AFTER_S`."""
        if not self._capturing or self._loop is None:
            return
        if self._last_frame_s is None:
            idle_s, limit_s = time.monotonic() - self._started_s, FIRST_FRAME_LIMIT_S
        else:
            idle_s, limit_s = time.monotonic() - self._last_frame_s, max(LOST_AFTER_S, 4 * self._frame_s)
        if idle_s > limit_s and not self._queue:
            self._capturing = False
            self._listener.on_lost(_lost(idle_s))
            return
        self._watch = self._loop.call_later(LOST_AFTER_S / 2, self._check_progress)


async def _in_daemon_thread(work: Callable[[], None], limit_s: float) -> None:
    """Run blocking `work` on a daemon thread. Raises `TimeoutError` if it takes longer; the thread then continues."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        failure: BaseException | None = None
        try:
            work()
        except BaseException as error:  # boundary: raised again by the caller
            failure = error
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, failure)

    threading.Thread(target=run, name="sound device", daemon=True).start()
    async with asyncio.timeout(limit_s):
        await done


def _lost(idle_s: float) -> Problem:
    return Problem(
        code="microphone_lost",
        what="The microphone stopped delivering sound.",
        why=f"No audio has arrived for {idle_s:.1f} s: it was unplugged, or the sound server has stopped.",
        todo="Reconnect it or choose another microphone, then start again.",
    )


def _no_answer() -> Problem:
    return Problem(
        code="microphone_failed",
        what="The microphone could not be opened.",
        why=f"The sound system did not answer within {START_LIMIT_S:g} s.",
        todo="Restart the sound server, or choose another microphone.",
    )
