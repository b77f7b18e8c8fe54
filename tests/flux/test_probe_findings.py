"""Tests of the build that a probe's findings describe."""

from __future__ import annotations

import msgspec

from flux_desktop.flux.bundles import ALL_OPTIONS
from flux_desktop.flux.probe_findings import Finding, ProbeReport, bundle_from, decode_report


def report(**outcomes: str) -> ProbeReport:
    findings = [
        Finding(key=key.replace("__", ":").replace("_OR_", " "), feature=key, documented="", outcome=outcome)  # type: ignore[arg-type]
        for key, outcome in outcomes.items()
    ]
    return ProbeReport(endpoint="e", model="flux-general-en", findings=findings)


def test_what_was_not_asked_is_unknown() -> None:
    build = bundle_from(report())
    assert build.takes("Configure") is None
    assert build.takes("CloseStream") is True
    assert build.options == ALL_OPTIONS
    assert (build.eot_threshold_max, build.eot_timeout_ms_max) == (1.0, 60_000)


def test_refusals_are_facts_of_the_build() -> None:
    build = bundle_from(report(control__Configure="no", control__ForceEndTurn="yes", option__numerals="no"))
    assert (build.takes("Configure"), build.takes("ForceEndTurn")) == (False, True)
    assert build.offers("numerals") is False
    assert build.offers("keyterm") is True


def test_a_report_is_read_as_it_was_written() -> None:
    written = report(control__Configure="unclear")
    assert decode_report(msgspec.json.encode(written)) == written
