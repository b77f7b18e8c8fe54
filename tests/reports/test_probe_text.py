"""A probe in words."""

from __future__ import annotations

from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.probe_findings import Finding, Outcome, ProbeReport
from flux_desktop.reports.probe_text import ticket_lines, warnings


def finding(key: str, outcome: Outcome) -> Finding:
    return Finding(key=key, feature=key, documented="yes", outcome=outcome, seen="HTTP 424")


def report() -> ProbeReport:
    keys: list[tuple[str, Outcome]] = [
        ("option:numerals", "no"),
        ("option:profanity_filter", "yes"),
        ("value:eot_threshold 1.0", "no"),
        ("value:eot_timeout_ms 60000", "no"),
        ("control:Configure", "no"),
    ]
    findings = [finding(key, outcome) for key, outcome in keys]
    return ProbeReport(
        endpoint="flux-en-prod",
        region="us-east-1",
        model="flux-general-en",
        wall_time="2026-11-27T01:00:00+00:00",
        reachable=True,
        findings=findings,
        unknown_messages=['{"type":"New"}'],
        streams=1,
        duration_s=2.0,
    )


def test_a_ticket_has_every_finding_and_unknown_message() -> None:
    lines = ticket_lines(report())
    assert lines[0].startswith("Endpoint flux-en-prod (us-east-1)")
    assert lines[1].endswith(", 1 stream, 2 s")
    assert "option:numerals | documented: yes | this build: no | HTTP 424" in lines
    assert lines[-1] == 'Unknown message: {"type":"New"}'


def test_a_run_is_warned_of_what_the_build_refused() -> None:
    options = FluxOptions(numerals=True, profanity_filter=True, eot_threshold=0.95, eot_timeout_ms=20_000)
    assert warnings(report(), options) == [
        "This endpoint refused numerals when it was probed on 2026-11-27.",
        "This endpoint refused thresholds above 0.9 on 2026-11-27.",
        "This endpoint refused timeouts above 10,000 ms on 2026-11-27.",
    ]
    assert warnings(report(), FluxOptions(profanity_filter=True, eot_threshold=0.7)) == []
    assert warnings(None, options) == []
