"""Messages between the window and the listening process: one JSON object per line."""

from __future__ import annotations

import msgspec

from flux_desktop.audio.listening.tape import Segment
from flux_desktop.base.problem import Problem


class Hear(msgspec.Struct, kw_only=True, tag_field="command", tag="hear"):
    """Play a time line whose second 0 is at `zero_s` of the machine's monotonic clock; None is silence."""

    segments: list[Segment] = []
    zero_s: float | None = None


class Volume(msgspec.Struct, kw_only=True, tag_field="command", tag="volume"):
    """Set the gain: 0 is muted, 1 is as recorded."""

    gain: float


Command = Hear | Volume


class ListeningReport(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A report: where the sound is on the time line, how far behind the plan it is, or why nothing is heard."""

    position_s: float | None = None
    behind_s: float | None = None
    problem: Problem | None = None
    """With `is_over` the output cannot be used, and the process ends; else a part of the audio cannot be read."""
    is_over: bool = False
    device: str = ""
    is_ready: bool = False
    """Whether the output runs: what is commanded from now on is heard without delay."""


_command_decoder = msgspec.json.Decoder(Command)
_heard_decoder = msgspec.json.Decoder(ListeningReport)


def encode(message: Command | ListeningReport) -> bytes:
    """One line."""
    return msgspec.json.encode(message) + b"\n"


def decode_command(line: bytes) -> Command:
    """Raises `msgspec.DecodeError` for a line that is no command."""
    command: Command = _command_decoder.decode(line)
    return command


def decode_heard(line: bytes) -> ListeningReport:
    """Raises `msgspec.DecodeError` for a line that is no report, such as one printed by a library."""
    return _heard_decoder.decode(line)
