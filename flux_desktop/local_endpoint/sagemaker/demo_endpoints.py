"""The endpoints of the built-in control plane, and their summaries and descriptions as SageMaker returns them."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from flux_desktop.aws.endpoint_status import SERVING, STATUS_TONES
from flux_desktop.base.problem import Problem, ProblemError

ACCOUNT = "000000000000"
VARIANT = "AllTraffic"
_NAME = re.compile(r"(?=.{1,63}$)[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*")
"""As the API's model has it for EndpointName."""


class Endpoint(Struct, frozen=True, kw_only=True):
    """One endpoint; `age_s` is its age when the process starts."""

    name: str
    status: str = "InService"
    model: str = "flux-english-20260311"
    instance_type: str = "ml.g6.2xlarge"
    instances: int = 1
    age_s: int = 86_400
    failure: str = ""


DEMO_ENDPOINTS = (
    Endpoint(name="local", model="flux-multi-local", age_s=0),
    Endpoint(name="flux-en-prod-demo", status="Updating", instances=2, age_s=40 * 86_400),
    Endpoint(name="flux-en-staging-demo", status="Creating", age_s=240),
    Endpoint(
        name="flux-multi-eval-demo",
        model="flux-multi-20260417",
        instance_type="ml.g6e.2xlarge",
        age_s=9 * 86_400,
    ),
    Endpoint(
        name="flux-multi-broken-demo",
        status="Failed",
        model="flux-multi-20260417",
        age_s=3 * 86_400,
        failure="The primary container for production variant AllTraffic did not pass the ping health check.",
    ),
    Endpoint(name="flux-en-paused-demo", status="OutOfService", age_s=80 * 86_400),
    Endpoint(name="nova-3-demo", status="Deleting", model="nova-3-20260201", age_s=200 * 86_400),
)


def with_extra(extra: list[str]) -> dict[str, Endpoint]:
    """The demonstration endpoints and those given as ``NAME=STATUS`` or ``NAME``, by name.

    Raises `ProblemError` for a name or a status that SageMaker does not allow.
    """
    endpoints = {endpoint.name: endpoint for endpoint in DEMO_ENDPOINTS}
    for text in extra:
        name, _, status = text.partition("=")
        status = status or "InService"
        if status not in STATUS_TONES or not _NAME.fullmatch(name):
            raise ProblemError(
                Problem(
                    code="endpoint_invalid",
                    what=f"The endpoint {text!r} cannot be added.",
                    why="Write NAME=STATUS, where NAME has at most 63 letters, digits and single hyphens, and "
                    f"STATUS is one of {', '.join(STATUS_TONES)}.",
                )
            )
        failure = "This endpoint was set up as failed." if status == "Failed" else ""
        model = "flux-multi-20260417" if "multi" in name else "flux-english-20260311"
        endpoints[name] = Endpoint(name=name, status=status, failure=failure, model=model, age_s=3600)
    return endpoints


def arn(region: str, kind: str, name: str) -> str:
    """The name of a resource of this account."""
    return f"arn:aws:sagemaker:{region}:{ACCOUNT}:{kind}/{name}"


def summary(endpoint: Endpoint, region: str, started_epoch_s: float) -> dict[str, Any]:
    """A member of ``ListEndpoints``."""
    created_epoch_s = started_epoch_s - endpoint.age_s
    return {
        "EndpointName": endpoint.name,
        "EndpointArn": arn(region, "endpoint", endpoint.name),
        "CreationTime": created_epoch_s,
        "LastModifiedTime": created_epoch_s + min(600, endpoint.age_s),
        "EndpointStatus": endpoint.status,
    }


def description(endpoint: Endpoint, region: str, started_epoch_s: float) -> dict[str, Any]:
    """``DescribeEndpoint``."""
    running = endpoint.instances if endpoint.status in SERVING else 0
    variant = {
        "VariantName": VARIANT,
        "CurrentWeight": 1.0,
        "DesiredWeight": 1.0,
        "CurrentInstanceCount": running,
        "DesiredInstanceCount": endpoint.instances,
    }
    answer = summary(endpoint, region, started_epoch_s)
    answer["EndpointConfigName"] = f"{endpoint.name}-config"
    if endpoint.status not in {"Creating", "Failed"}:
        answer["ProductionVariants"] = [variant]
    if endpoint.failure:
        answer["FailureReason"] = endpoint.failure
    return answer


def count_instances(answer: dict[str, Any], running: int, desired: int) -> None:
    """Put the instances of a scaled endpoint into its ``DescribeEndpoint``; while they differ, it is updating."""
    for variant in answer.get("ProductionVariants", []):
        variant["CurrentInstanceCount"], variant["DesiredInstanceCount"] = running, desired
        if running != desired and answer["EndpointStatus"] == "InService":
            answer["EndpointStatus"] = "Updating"


def config_description(endpoint: Endpoint, region: str, started_epoch_s: float) -> dict[str, Any]:
    """``DescribeEndpointConfig``."""
    name = f"{endpoint.name}-config"
    return {
        "EndpointConfigName": name,
        "EndpointConfigArn": arn(region, "endpoint-config", name),
        "CreationTime": started_epoch_s - endpoint.age_s,
        "ProductionVariants": [
            {
                "VariantName": VARIANT,
                "ModelName": f"{endpoint.name}-model",
                "InitialInstanceCount": endpoint.instances,
                "InstanceType": endpoint.instance_type,
                "InitialVariantWeight": 1.0,
            }
        ],
    }


def model_description(endpoint: Endpoint, region: str, started_epoch_s: float) -> dict[str, Any]:
    """``DescribeModel``; the model package's name says whether the model is English or multilingual."""
    name = f"{endpoint.name}-model"
    package = arn(region, "model-package", f"deepgram-{endpoint.model}")
    return {
        "ModelName": name,
        "ModelArn": arn(region, "model", name),
        "CreationTime": started_epoch_s - endpoint.age_s,
        "PrimaryContainer": {"ModelPackageName": package, "Environment": {}},
        "EnableNetworkIsolation": True,
    }
