"""A scaling policy for a capacity that was found, as JSON and as commands to paste; pure. Nothing here is ever sent."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from flux_desktop.aws.account_records import CONCURRENCY_METRIC
from flux_desktop.base import shell

SCALE_OUT_COOLDOWN_S, SCALE_IN_COOLDOWN_S = 60, 300
"""As the vendor of the model advises."""
MAX_INSTANCES = 4
"""Where nothing else is known."""
POLICY_NAME = "flux-concurrent-streams"
_DIMENSION = "sagemaker:variant:DesiredInstanceCount"


class PredefinedMetric(Struct, frozen=True, rename="pascal"):
    """``PredefinedMetricSpecification``."""

    predefined_metric_type: str = CONCURRENCY_METRIC


class TargetTracking(Struct, frozen=True, kw_only=True, rename="pascal"):
    """``TargetTrackingScalingPolicyConfiguration``, with the names of the API."""

    target_value: float
    predefined_metric_specification: PredefinedMetric = PredefinedMetric()
    scale_out_cooldown: int = SCALE_OUT_COOLDOWN_S
    scale_in_cooldown: int = SCALE_IN_COOLDOWN_S


class ScalingPolicy(Struct, frozen=True, kw_only=True):
    """The policy of one variant. `commands` are for bash and zsh, to be run in order."""

    resource_id: str
    min_instances: int
    max_instances: int
    configuration: TargetTracking
    commands: tuple[str, ...]


def scaling_policy(
    endpoint: str,
    target: int,
    *,
    variant: str = "AllTraffic",
    region: str = "",
    profile: str | None = None,
    min_instances: int = 1,
    max_instances: int = MAX_INSTANCES,
) -> ScalingPolicy:
    """The policy that keeps `target` concurrent streams on each instance of a variant."""
    resource = f"endpoint/{endpoint}/variant/{variant}"
    configuration = TargetTracking(target_value=float(target))
    where = (
        f" --service-namespace sagemaker{shell.option('--resource-id', resource)} --scalable-dimension {_DIMENSION}"
        f"{shell.option('--region', region)}{shell.option('--profile', profile)}"
    )
    json = msgspec.json.encode(configuration).decode()
    return ScalingPolicy(
        resource_id=resource,
        min_instances=min_instances,
        max_instances=max_instances,
        configuration=configuration,
        commands=(
            f"aws application-autoscaling register-scalable-target{where} "
            f"--min-capacity {min_instances} --max-capacity {max_instances}",
            f"aws application-autoscaling put-scaling-policy{where} --policy-name {POLICY_NAME} "
            f"--policy-type TargetTrackingScaling --target-tracking-scaling-policy-configuration {shell.word(json)}",
        ),
    )


def policy_lines(policy: ScalingPolicy) -> list[str]:
    """The commands, with what has to be decided before they are run."""
    return [
        f"Scaling policy, {policy.configuration.target_value:g} streams per instance. Nothing was sent to AWS; "
        f"choose --max-capacity (here {policy.max_instances}), then run:",
        *policy.commands,
    ]
