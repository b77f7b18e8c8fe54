"""The format of the settings file, and the migration of older ones.

Version 2 keeps what is chosen in the window as one object. The format of 0.1.0, which has no version field, is flat.
"""

from __future__ import annotations

import msgspec

from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.choices import USER_CLOCK, WIRE_CLOCK, Choices
from flux_desktop.ui.models.listening import VOLUME_MAX
from flux_desktop.ui.models.ramp import Ramp

VERSION = 2


class Settings(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The present format; `version` is always written."""

    version: int
    choices: Choices = msgspec.field(default_factory=Choices)
    microphone: str = ""
    """Name of the chosen microphone; empty means the system default."""
    go_on_when_lost: bool = False
    output: str = ""
    """Name of the chosen sound output; empty means the system default."""
    volume: int = VOLUME_MAX
    refuses_configure: list[str] = []
    """Endpoints whose build was found to reject `Configure`."""
    checked_version: str = ""
    """Version of this program whose quick self-test has run on this machine."""


class UnsupportedVersionError(Exception):
    """The file was written by a newer version of the program."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class _Header(msgspec.Struct):
    version: int = 1


class _Version1(msgspec.Struct, kw_only=True):
    """The format of 0.1.0."""

    theme: str = "system"
    width: int = 1440
    height: int = 900
    connections: int = 2
    duration_s: float = 0.0
    loop: bool = False
    ramp: Ramp = Ramp()
    options: FluxOptions = FluxOptions()
    recent: list[str] = []
    endpoint: str = "local"
    profile: str = ""
    region: str = ""
    microphone: str = ""
    go_on_when_lost: bool = False
    clock: int = 0
    third_plot: str = "Pacing"
    refuses_configure: list[str] = []
    checked_version: str = ""


def decode(content: bytes) -> Settings:
    """Settings of any version up to `VERSION`; raises `UnsupportedVersionError` and `msgspec.DecodeError`."""
    version = msgspec.json.decode(content, type=_Header).version
    if version > VERSION:
        raise UnsupportedVersionError(version)
    if version < VERSION:
        return _from_version_1(msgspec.json.decode(content, type=_Version1))
    return msgspec.json.decode(content, type=Settings)


def _from_version_1(old: _Version1) -> Settings:
    return Settings(
        version=VERSION,
        choices=Choices(
            endpoint=old.endpoint,
            profile=old.profile,
            region=old.region,
            options=old.options,
            connections=old.connections,
            duration_s=old.duration_s,
            loop=old.loop,
            ramp=old.ramp,
            theme=old.theme,
            width=old.width,
            height=old.height,
            plot=old.third_plot,
            latency_clock=WIRE_CLOCK if old.clock == 1 else USER_CLOCK,
            recent=old.recent,
        ),
        microphone=old.microphone,
        go_on_when_lost=old.go_on_when_lost,
        refuses_configure=old.refuses_configure,
        checked_version=old.checked_version,
    )
