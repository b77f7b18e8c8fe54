"""The endpoints that a person can choose: the built-in one first, then the account's."""

from __future__ import annotations

from dataclasses import dataclass, field

from flux_desktop.aws.endpoint_status import STATUS_TONES
from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT


@dataclass(frozen=True, slots=True)
class EndpointEntry:
    """One line of the list. `tone` colours the status, whose word always stands beside it."""

    name: str
    detail: str
    status: str = "InService"

    @property
    def tone(self) -> str:
        """ok, warn, danger or quiet."""
        return STATUS_TONES.get(self.status, "quiet")

    @property
    def is_local(self) -> bool:
        """Whether this is the endpoint that is built in."""
        return self.name == LOCAL_ENDPOINT


LOCAL_ENTRY = EndpointEntry(LOCAL_ENDPOINT, "built-in endpoint on this computer", "Ready")


@dataclass(slots=True)
class EndpointList:
    """The account's endpoints as last heard of, with the filter in force; a failed refresh keeps the list."""

    account: list[EndpointEntry] = field(default_factory=list)
    name_filter: str = ""
    status_filter: str = ""
    problem: Problem | None = None

    def shown(self) -> list[EndpointEntry]:
        """The lines to show, `local` always on top."""
        wanted = self.name_filter.strip().lower()
        chosen = [
            entry for entry in self.account if wanted in entry.name.lower() and self.status_filter in {"", entry.status}
        ]
        return [LOCAL_ENTRY, *chosen]
