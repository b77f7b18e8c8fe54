"""What is known of the build before a run: remarks for every command that streams, none of which stops it."""

from __future__ import annotations

from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.flux.options import build_notes
from flux_desktop.reports.probe_store import load_probe
from flux_desktop.reports.probe_text import warnings


def build_remarks(*plans: RunPlan) -> list[str]:
    """What of the parameters not every build accepts, and what the endpoints refused when they were probed.

    The built-in endpoint is asked afresh by each run, so a stored probe of it says nothing.
    """
    remarks: list[str] = []
    for plan in plans:
        report = None if plan.is_local else load_probe(plan.endpoint, plan.region)
        remarks += [*build_notes(plan.options), *warnings(report, plan.options)]
    return list(dict.fromkeys(remarks))
