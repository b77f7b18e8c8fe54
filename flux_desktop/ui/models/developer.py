"""How the built-in endpoint is to behave: which server build it is, and what it does wrong on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from flux_desktop.flux.bundles import BUNDLES, LATEST, Bundle
from flux_desktop.local_faults import BEYOND, FAULTS

NO_FAULT = "none"


@dataclass(frozen=True, slots=True)
class LocalBehaviour:
    """A choice for the next runs on ``local``; not remembered from one start of the program to the next."""

    fault: str = NO_FAULT
    value: float | None = None
    """In the fault's unit; None is the fault's own default."""
    bundle: str = LATEST.name
    capacity: int | None = None
    """Streams that it serves as usual; None is no limit."""
    beyond: str = BEYOND[0]
    """What happens to streams above that."""

    @classmethod
    def of(cls, arguments: Sequence[str]) -> LocalBehaviour:
        """The behaviour that makes these `arguments`; what cannot be chosen is left out."""
        given = dict(pairwise(arguments))
        fault, _, number = given.get("--fault", "").partition("=")
        bundle, capacity, beyond = (given.get(flag, "") for flag in ("--bundle", "--capacity", "--beyond"))
        value = None
        with suppress(ValueError):
            value = float(number)
        return cls(
            fault=fault if fault in FAULTS else NO_FAULT,
            value=value if fault in FAULTS else None,
            bundle=bundle if bundle in BUNDLES else LATEST.name,
            capacity=int(capacity) if capacity.isdecimal() else None,
            beyond=next((each for each in BEYOND if each == beyond), BEYOND[0]),
        )

    @property
    def build(self) -> Bundle:
        """What that build accepts."""
        return BUNDLES[self.bundle]

    def fault_words(self) -> str:
        """The fault as on the endpoint's command line, such as ``stall-ms=1400``; empty for none."""
        if self.fault == NO_FAULT:
            return ""
        with_value = self.value is not None and FAULTS[self.fault].unit
        return f"{self.fault}={self.value:g}" if with_value else self.fault

    def build_words(self) -> str:
        """The build, where it is not the newest."""
        return "" if self.bundle == LATEST.name else self.bundle

    def build_and_limit_words(self) -> str:
        """The build where it is not the newest, and the capacity where there is one."""
        build = f"build: {self.build_words()}" if self.build_words() else ""
        limit = "" if self.capacity is None else f"capacity {self.capacity}, then {self.beyond}"
        return " · ".join(filter(None, (build, limit)))

    def arguments(self) -> tuple[str, ...]:
        """For the endpoint's process."""
        pairs = [("--fault", self.fault_words()), ("--bundle", self.build_words())]
        if self.capacity is not None:
            pairs += [("--capacity", str(self.capacity)), ("--beyond", self.beyond)]
        return tuple(word for pair in pairs if pair[1] for word in pair)
