"""The policy as JSON and as commands that a shell passes on unchanged."""

from __future__ import annotations

import json
import shlex
import subprocess

import boto3
import pytest
from moto import mock_aws

from flux_desktop.aws.account_records import CONCURRENCY_METRIC
from flux_desktop.evaluation.capacity.scaling_policy import policy_lines, scaling_policy

POLICY = scaling_policy("my-flux", 34, region="eu-west-1", profile="it's $HOME")


def words(command: str) -> list[str]:
    """The words that bash makes of a command."""
    script = f'aws() {{ printf "%s\\0" "$@"; }}; {command}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True, text=True)
    return done.stdout.split("\0")[:-1]


def options(command: str) -> dict[str, str]:
    flags = words(command)[2:]
    return dict(zip(flags[::2], flags[1::2], strict=True))


def test_a_shell_passes_every_value_on_unchanged() -> None:
    register, put = map(options, POLICY.commands)
    assert register["--profile"] == put["--profile"] == "it's $HOME"
    assert register["--resource-id"] == "endpoint/my-flux/variant/AllTraffic"
    assert (register["--min-capacity"], register["--max-capacity"]) == ("1", "4")
    assert json.loads(put["--target-tracking-scaling-policy-configuration"]) == {
        "TargetValue": 34.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": CONCURRENCY_METRIC},
        "ScaleOutCooldown": 60,
        "ScaleInCooldown": 300,
    }
    assert [shlex.split(command) for command in POLICY.commands] == [
        ["aws", *words(command)] for command in POLICY.commands
    ]


def test_the_service_accepts_what_the_commands_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    register, put = map(options, POLICY.commands)
    with mock_aws():
        client = boto3.client("application-autoscaling", region_name="eu-west-1")
        where = {
            "ServiceNamespace": register["--service-namespace"],
            "ResourceId": register["--resource-id"],
            "ScalableDimension": register["--scalable-dimension"],
        }
        sagemaker = boto3.client("sagemaker", region_name="eu-west-1")
        sagemaker.create_model(ModelName="m", ExecutionRoleArn="arn:aws:iam::123456789012:role/x")
        variant = {"VariantName": "AllTraffic", "ModelName": "m", "InitialInstanceCount": 1}
        sagemaker.create_endpoint_config(
            EndpointConfigName="c", ProductionVariants=[{**variant, "InstanceType": "ml.g4dn.xlarge"}]
        )
        sagemaker.create_endpoint(EndpointName="my-flux", EndpointConfigName="c")
        client.register_scalable_target(**where, MinCapacity=1, MaxCapacity=4)
        client.put_scaling_policy(
            **where,
            PolicyName=put["--policy-name"],
            PolicyType=put["--policy-type"],
            TargetTrackingScalingPolicyConfiguration=json.loads(put["--target-tracking-scaling-policy-configuration"]),
        )
        (stored_policy,) = client.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert stored_policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 34.0


def test_the_text_says_that_nothing_was_sent() -> None:
    heading, *commands = policy_lines(POLICY)
    assert heading.startswith("Scaling policy, 34 streams per instance. Nothing was sent to AWS;")
    assert tuple(commands) == POLICY.commands
