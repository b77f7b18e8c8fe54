"""What there is in an AWS account, by boto3: endpoints and their details, the caller, profiles and regions.

Every function here blocks; give it to `offload.in_thread` with `CALL_LIMIT_S`. Connecting is bounded to 5 s,
each answer to 10 s, with one retry. Errors are `ProblemError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from flux_desktop.aws.account.credentials import boto_session, frozen
from flux_desktop.aws.account.endpoint_details import EndpointDetails, VariantConfig, details_from
from flux_desktop.aws.endpoint_status import API_SPELLING
from flux_desktop.aws.errors.boto_errors import call_problem, credentials_problem
from flux_desktop.aws.errors.connect_errors import Address, connect_problem
from flux_desktop.aws.target import Credentials
from flux_desktop.base.logs import quieten
from flux_desktop.base.problem import Problem, ProblemError

CALL_LIMIT_S = 60.0


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the control plane. `endpoint_url` and `ca_file` point at the local endpoint;
    `credentials` are used as they are, else `profile` (or the default chain) is asked."""

    region: str
    profile: str | None = None
    endpoint_url: str | None = None
    ca_file: str | None = None
    credentials: Credentials | None = None


class EndpointSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. `status` is in the API's spelling; times are seconds since 1970."""

    name: str
    arn: str
    status: str
    created_s: float
    modified_s: float


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who the credentials belong to."""

    account: str
    arn: str


def list_endpoints(
    access: Access, *, name_contains: str = "", status: str | None = None, limit: int = 1000
) -> list[EndpointSummary]:
    """Endpoints of the region by name, all pages up to `limit`. `status`: either spelling of `API_SPELLING`."""
    query: dict[str, Any] = {"SortBy": "Name", "SortOrder": "Ascending", "MaxResults": 100}
    if name_contains:
        query["NameContains"] = name_contains
    if status:
        query["StatusEquals"] = API_SPELLING.get(status.lower(), status)
    found: list[EndpointSummary] = []
    with translated("sagemaker:ListEndpoints", access):
        for page in client(access, "sagemaker").get_paginator("list_endpoints").paginate(**query):
            found += [_summary(entry) for entry in page["Endpoints"]]
            if len(found) >= limit:
                break
    return found[:limit]


def describe_endpoint(access: Access, name: str) -> EndpointDetails:
    """All that can be learned of one endpoint.

    Its configuration, models and model packages are optional: where the permission is missing, `notes` says so.
    """
    with translated("sagemaker:DescribeEndpoint", access, name):
        sagemaker = client(access, "sagemaker")
        endpoint = sagemaker.describe_endpoint(EndpointName=name)
    notes: list[str] = []
    variants: list[VariantConfig] = []
    config = _optional(
        sagemaker, "describe_endpoint_config", notes, EndpointConfigName=endpoint.get("EndpointConfigName", "")
    )
    for variant in config.get("ProductionVariants", []):
        model_name = variant.get("ModelName")
        model = _optional(sagemaker, "describe_model", notes, ModelName=model_name) if model_name else {}
        container: dict[str, Any] = model.get("PrimaryContainer") or next(iter(model.get("Containers", [])), {})
        variants.append(VariantConfig.from_answer(variant, container.get("ModelPackageName")))
    return details_from(endpoint, variants, notes)


def caller_identity(access: Access) -> Caller:
    """Account and ARN of the credentials; needs no permission."""
    with translated("sts:GetCallerIdentity", access):
        answer = client(access, "sts").get_caller_identity()
    return Caller(account=answer["Account"], arn=answer["Arn"])


def profiles() -> list[str]:
    """Names of the AWS profiles on this machine, ``default`` first."""
    try:
        names = boto3.Session().available_profiles
    except BotoCoreError as error:
        raise ProblemError(credentials_problem(error, None)) from error
    return sorted(names, key=lambda name: (name != "default", name))


def regions() -> list[str]:
    """Regions in which SageMaker exists, in all public partitions."""
    session = boto3.Session(region_name="us-east-1")
    partitions = ("aws", "aws-us-gov", "aws-cn")
    return [
        region
        for partition in partitions
        for region in sorted(session.get_available_regions("sagemaker", partition_name=partition))
    ]


def client(access: Access, service: str) -> Any:
    """A boto3 client of a service, with the module's limits of time."""
    quieten()
    keys = access.credentials
    session = boto_session(None if keys else access.profile, access.region, keys)
    if (found := session.get_credentials()) is not None:
        frozen(found)
    retries = {"total_max_attempts": 2, "mode": "standard"}
    client = session.client(
        service,
        endpoint_url=access.endpoint_url,
        verify=access.ca_file or None,
        config=Config(connect_timeout=5, read_timeout=10, retries=retries),
    )
    _check_address(client.meta.endpoint_url)
    return client


def _check_address(url: str) -> None:
    """Raise `ProblemError` ``address_invalid`` for an address that is reached without TLS, off this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        address = Address(parts.hostname or "", 0)
        raise ProblemError(connect_problem("address_invalid", address, f"“{url}” is no https address."))


@contextmanager
def translated(action: str, access: Access, endpoint_name: str = "") -> Iterator[None]:
    """Turns boto3's errors into `ProblemError`; `action` is the call's IAM name."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if type(error).__name__ in ("ProfileNotFound", "ConfigParseError"):
            raise ProblemError(credentials_problem(error, access.profile)) from error
        raise ProblemError(call_problem(error, action, access.region, endpoint_name, access.profile)) from error
    except (OSError, ValueError) as error:
        problem = Problem(
            code="aws_call_failed",
            what=f"{action} could not be carried out in {access.region}.",
            why=" ".join(str(error).split())[:300],
            todo="Check the region, --endpoint-url and --ca-bundle.",
        )
        raise ProblemError(problem) from error


def _optional(sagemaker: Any, method: str, notes: list[str], **query: str) -> dict[str, Any]:
    """The answer of a call whose failure costs only detail."""
    try:
        answer: dict[str, Any] = getattr(sagemaker, method)(**query)
    except (BotoCoreError, ClientError) as error:
        action = "sagemaker:" + "".join(part.capitalize() for part in method.split("_"))
        code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
        notes.append(f"Some details are missing: {action} was not possible ({code}).")
        return {}
    return answer


def _summary(entry: dict[str, Any]) -> EndpointSummary:
    return EndpointSummary(
        name=entry["EndpointName"],
        arn=entry.get("EndpointArn", ""),
        status=entry["EndpointStatus"],
        created_s=entry["CreationTime"].timestamp(),
        modified_s=entry["LastModifiedTime"].timestamp(),
    )
