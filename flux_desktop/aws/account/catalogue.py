"""Queries of an AWS account by boto3: endpoints and their details, the caller, profiles and regions.

Every function blocks; run it with `base.threads.in_thread`. Connecting is limited to 5 s and each answer to 10 s, with
one retry. Errors are raised as `ProblemError`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConfigNotFound, ConfigParseError, ProfileNotFound

from flux_desktop.aws.account.configuration import session_without_profile
from flux_desktop.aws.account.credentials import boto_session, read_credentials
from flux_desktop.aws.account.endpoint_details import EndpointDetails, VariantConfig, details_from
from flux_desktop.aws.account.environment import effective_profile
from flux_desktop.aws.endpoint_status import API_SPELLING
from flux_desktop.aws.errors.answer_texts import Subject
from flux_desktop.aws.errors.boto_errors import UNREADABLE, call_problem, error_text, unreadable_answer
from flux_desktop.aws.errors.connect_errors import Address, connect_problem
from flux_desktop.aws.errors.credential_errors import CredentialSource, credentials_problem
from flux_desktop.aws.errors.trust import proxy_for
from flux_desktop.aws.target import Credentials
from flux_desktop.base.logs import quieten
from flux_desktop.base.problem import Problem, ProblemError

_LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the control plane. `endpoint_url` and `ca_file` are set for the local endpoint. `credentials` are
    used where given, otherwise those of `profile` or of the default chain."""

    region: str
    profile: str | None = None
    endpoint_url: str | None = None
    ca_file: str | None = None
    credentials: Credentials | None = None


class EndpointSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint in the list. `status` is in the API's spelling; times are seconds since 1970."""

    name: str
    arn: str
    status: str
    created_s: float
    modified_s: float


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The principal that the credentials belong to."""

    account: str
    arn: str


def list_endpoints(access: Access, *, name_contains: str = "", status: str | None = None) -> list[EndpointSummary]:
    """All endpoints of the region, sorted by name. `status`: either spelling of `API_SPELLING`."""
    query: dict[str, Any] = {"SortBy": "Name", "SortOrder": "Ascending", "MaxResults": 100}
    if name_contains:
        query["NameContains"] = name_contains
    if status:
        query["StatusEquals"] = API_SPELLING.get(status.lower(), status)
    with translated("sagemaker:ListEndpoints", access):
        pages = client(access, "sagemaker").get_paginator("list_endpoints").paginate(**query)
        return [_summary(entry) for page in pages for entry in page["Endpoints"]]


def describe_endpoint(access: Access, name: str) -> EndpointDetails:
    """One endpoint with its variants, models and model packages.

    The configuration, models and packages are optional: where the permission for them is missing, `notes` says so.
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
    """Account and ARN that the credentials belong to; needs no permission."""
    with translated("sts:GetCallerIdentity", access):
        answer = client(access, "sts").get_caller_identity()
        return Caller(account=answer["Account"], arn=answer["Arn"])


def profiles() -> list[str]:
    """Names of the AWS profiles on this machine, ``default`` first."""
    try:
        names = session_without_profile().available_profiles
    except (BotoCoreError, OSError, ValueError) as error:
        raise ProblemError(credentials_problem(error, CredentialSource())) from error
    return sorted(names, key=lambda name: (name != "default", name))


def regions() -> list[str]:
    """Regions that have SageMaker, in all public partitions."""
    session = session_without_profile()
    partitions = ("aws", "aws-us-gov", "aws-cn")
    return [
        region
        for partition in partitions
        for region in sorted(session.get_available_regions("sagemaker", partition_name=partition))
    ]


def client(access: Access, service: str) -> Any:
    """A boto3 client of a service, with this module's time limits. Raises `ProblemError`."""
    quieten()
    session = boto_session(access.credentials or read_credentials(access.profile), access.profile, access.region)
    retries = {"total_max_attempts": 2, "mode": "standard"}
    created = session.client(
        service,
        endpoint_url=access.endpoint_url,
        verify=access.ca_file or None,
        config=Config(connect_timeout=5, read_timeout=10, retries=retries),
    )
    _check_address(created.meta.endpoint_url)
    return created


def _check_address(url: str) -> None:
    """Raise `ProblemError` for an address without TLS on another machine, and for a proxy that cannot be used."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in _LOCAL_HOSTS:
        raise ProblemError(connect_problem("address_invalid", Address(host, 0), f"“{url}” is not an https URL."))
    if parts.scheme == "https":
        proxy_for(host, parts.port or 443)


@contextmanager
def translated(action: str, access: Access, endpoint_name: str = "") -> Iterator[None]:
    """Context that turns boto3's errors into `ProblemError`; `action` is the call's IAM name."""
    profile = effective_profile(access.profile)
    subject = Subject(action=action, region=access.region, endpoint=endpoint_name, profile=profile)
    try:
        yield
    except (ProfileNotFound, ConfigParseError, ConfigNotFound) as error:
        raise ProblemError(credentials_problem(error, CredentialSource(profile=profile))) from error
    except (BotoCoreError, ClientError) as error:
        raise ProblemError(call_problem(error, subject, time.time())) from error
    except UNREADABLE as error:
        raise ProblemError(unreadable_answer(error, subject)) from error
    except (OSError, ValueError) as error:
        problem = Problem(
            code="aws_call_failed",
            what=f"{action} failed in {access.region}.",
            why=error_text(error),
            todo="Check the region, --endpoint-url and --ca-bundle.",
        )
        raise ProblemError(problem) from error


def _optional(sagemaker: Any, method: str, notes: list[str], **query: str) -> dict[str, Any]:
    """The answer of a call that only adds details; a failure is described in `notes`."""
    try:
        answer: dict[str, Any] = getattr(sagemaker, method)(**query)
    except (BotoCoreError, ClientError) as error:
        action = "sagemaker:" + "".join(part.capitalize() for part in method.split("_"))
        code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
        notes.append(f"Some details are missing because {action} failed ({code}).")
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
