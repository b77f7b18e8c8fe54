"""How the built-in endpoint is to behave: which server build it is, and what it does wrong on purpose."""

from __future__ import annotations

from dataclasses import dataclass

from flux_desktop.fault_table import FAULTS
from flux_desktop.flux.bundles import BUNDLES, LATEST, Bundle

NO_FAULT = "none"


@dataclass(frozen=True, slots=True)
class LocalBehaviour:
    """A choice for the next runs on ``local``; not remembered from one start of the program to the next."""

    fault: str = NO_FAULT
    value: float | None = None
    """In the fault's unit; None is the fault's own default."""
    bundle: str = LATEST.name

    @property
    def is_usual(self) -> bool:
        """Whether it is the newest build and does nothing wrong."""
        return self.fault == NO_FAULT and self.bundle == LATEST.name

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

    def words(self) -> str:
        """What is unusual, such as ``fault: stall-ms=1400 · build: permissive``; empty where nothing is."""
        parts = [f"fault: {self.fault_words()}"] if self.fault != NO_FAULT else []
        if self.bundle != LATEST.name:
            parts.append(f"build: {self.bundle}")
        return " · ".join(parts)

    def arguments(self) -> tuple[str, ...]:
        """For the endpoint's process."""
        fault = ("--fault", self.fault_words()) if self.fault != NO_FAULT else ()
        return (*fault, *(("--bundle", self.bundle) if self.bundle != LATEST.name else ()))
