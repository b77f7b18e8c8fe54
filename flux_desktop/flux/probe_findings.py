"""What a probe of an endpoint found: which parameters and messages its build supports, as data."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from flux_desktop.flux.bundles import ALL_OPTIONS, Bundle

SCHEMA_VERSION = 1
Outcome = Literal["yes", "no", "unclear"]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One feature: what the documentation says, whether this build has it, and what was seen."""

    key: str
    """``control:Configure``, ``option:numerals``, ``value:eot_threshold 1.0``, ``message:word times``, …"""
    feature: str
    documented: str
    outcome: Outcome
    seen: str = ""


class ProbeReport(Struct, kw_only=True, omit_defaults=True):
    """A probe of one endpoint at one time."""

    schema: int = SCHEMA_VERSION
    endpoint: str
    region: str = ""
    model: str = ""
    version: str = ""
    """Of this program."""
    wall_time: str = ""
    reachable: bool = False
    problem: str = ""
    """Why it could not be probed, in one sentence."""
    findings: list[Finding] = []
    unknown_messages: list[str] = []
    """Messages that this program does not know, as they came (the first few)."""
    streams: int = 0
    duration_s: float = 0.0
    session: str = ""
    """Folder of the session that holds the traffic; empty where it was not kept."""

    def outcome(self, key: str) -> Outcome:
        """The outcome of a feature; unclear if it was not probed."""
        return next((each.outcome for each in self.findings if each.key == key), "unclear")


def bundle_from(report: ProbeReport) -> Bundle:
    """The probed build, for everything that depends on what a build supports."""

    def known(key: str) -> bool | None:
        return {"yes": True, "no": False, "unclear": None}[report.outcome(key)]

    controls = {name: known(f"control:{name}") for name in ("Configure", "ForceEndTurn", "Finalize", "KeepAlive")}
    refused = {key.partition(":")[2] for key in _refused(report) if key.startswith("option:")}
    return Bundle(
        name="probed",
        models=frozenset({report.model}),
        controls={"CloseStream": True, **controls},
        options=ALL_OPTIONS - refused,
        eot_threshold_max=0.9 if report.outcome("value:eot_threshold 1.0") == "no" else 1.0,
        eot_timeout_ms_max=10_000 if report.outcome("value:eot_timeout_ms 60000") == "no" else 60_000,
        sends_trigger=report.outcome("message:trigger") != "no",
        sends_word_times=report.outcome("message:word times") != "no",
        ends_turn_on_close=report.outcome("message:EndOfTurn after CloseStream") == "yes",
    )


def decode_report(data: bytes) -> ProbeReport:
    """Read a stored report; raises `msgspec.DecodeError`."""
    return msgspec.json.decode(data, type=ProbeReport)


def _refused(report: ProbeReport) -> list[str]:
    return [each.key for each in report.findings if each.outcome == "no"]
