"""The scaling policy for the result of a capacity search, as text to paste; nothing is ever sent."""

from __future__ import annotations

import msgspec

from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.scaling_policy import MAX_INSTANCES, ScalingPolicy, scaling_policy


def policy_for(report: CapacityReport, run: RunPlan) -> ScalingPolicy | None:
    """The policy for the capacity that was found; None where none was."""
    target = report.result.scaling_target if report.result is not None else None
    if target is None:
        return None
    most = report.account.max_instances if report.account is not None else None
    return scaling_policy(
        run.endpoint,
        target,
        variant=run.target_variant or "AllTraffic",
        region=run.region,
        profile=run.profile,
        max_instances=most or MAX_INSTANCES,
    )


def policy_text(policy: ScalingPolicy) -> str:
    """The configuration as JSON, and the commands that would set it."""
    configuration = msgspec.json.format(msgspec.json.encode(policy.configuration)).decode()
    return "\n\n".join([configuration, *policy.commands])
