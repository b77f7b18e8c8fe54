"""A sound output of PortAudio, found by its name and opened at a rate that it supports."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from flux_desktop.audio import portaudio
from flux_desktop.base.problem import Problem, ProblemError


class OutputStream:
    """An output; `sample_rate_hz` is the rate of its stream."""

    def __init__(self, audio: Any, module: Any, info: dict[str, Any], wanted_hz: int) -> None:
        self.name = portaudio.device_text(info["name"])
        self.sample_rate_hz = _usable_rate(audio, module, info, wanted_hz)
        self._audio, self._module, self._index = audio, module, info["index"]
        self._stream: Any = None

    def open_stream(self, **options: Any) -> Any:
        """PyAudio's stream of 16-bit mono, with further `options` of its `open`. Raises `ProblemError`."""
        try:
            with portaudio.quiet():
                self._stream = self._audio.open(
                    format=self._module.paInt16,
                    channels=1,
                    rate=self.sample_rate_hz,
                    output=True,
                    output_device_index=self._index,
                    **options,
                )
        except (OSError, ValueError) as error:
            raise ProblemError(portaudio.no_output(error)) from error
        return self._stream

    def close(self) -> None:
        """Close the stream, if it was opened."""
        if self._stream is not None:
            self._stream.close()


@contextlib.contextmanager
def output_device(name: str, wanted_hz: int) -> Iterator[OutputStream]:
    """The output of this name, or the default one where it is empty; closed at the end.

    It has the wanted rate if it supports that, else its own. Raises `ProblemError`.
    """
    module = portaudio.load()
    with portaudio.quiet():
        audio = module.PyAudio()
    try:
        try:
            device = OutputStream(audio, module, _find_output(audio, name), wanted_hz)
        except (OSError, ValueError) as error:
            raise ProblemError(portaudio.no_output(error)) from error
        try:
            yield device
        finally:
            device.close()
    finally:
        audio.terminate()


def _find_output(audio: Any, name: str) -> dict[str, Any]:
    """What PortAudio says of it. Raises `ProblemError` where it is not connected, `OSError` without a default one."""
    if not name:
        return dict(audio.get_default_output_device_info())
    devices = [dict(audio.get_device_info_by_index(index)) for index in range(audio.get_device_count())]
    outputs = [info for info in devices if info["maxOutputChannels"] > 0]
    for info, distinct_name in zip(outputs, portaudio.distinct_names(audio, outputs), strict=True):
        if distinct_name == name:
            return info
    raise ProblemError(
        Problem(
            code="sound_output_missing",
            what=f"The sound output “{name}” is not connected.",
            todo="Connect it, or choose another output.",
        )
    )


def _usable_rate(audio: Any, module: Any, info: dict[str, Any], wanted_hz: int) -> int:
    with contextlib.suppress(ValueError), portaudio.quiet():
        audio.is_format_supported(
            wanted_hz, output_device=info["index"], output_channels=1, output_format=module.paInt16
        )
        return wanted_hz
    return int(info["defaultSampleRate"])
