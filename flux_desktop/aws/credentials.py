"""Credentials from boto3's chain (profile, single sign-on, environment, role), frozen for one stream."""

from __future__ import annotations

import os
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from flux_desktop.aws.boto_errors import credentials_problem, missing_credentials
from flux_desktop.aws.offload import in_thread
from flux_desktop.aws.quiet import quieten_sdk_logging
from flux_desktop.aws.target import Credentials
from flux_desktop.problem import Problem, ProblemError

#: A role behind single sign-on needs a few calls; a machine without any credentials asks its metadata address.
LOAD_LIMIT_S = 30.0


async def load_credentials(profile: str | None = None, limit_s: float = LOAD_LIMIT_S) -> Credentials:
    """Credentials of `profile`, or of the default chain, fresh as of now. Works off the event loop.

    Raises `ProblemError` with a code of `errors.CREDENTIAL_CODES`.
    """
    try:
        return await in_thread(lambda: read_credentials(profile), limit_s)
    except TimeoutError:
        problem = Problem(
            code="credentials_unavailable",
            what="The AWS credentials did not come in time.",
            why=f"Nothing answered within {limit_s:g} s; a sign-in service may be out of reach.",
            todo="Check the network, or use another profile.",
        )
        raise ProblemError(problem) from None


def read_credentials(profile: str | None = None) -> Credentials:
    """The blocking way to `load_credentials`."""
    quieten_sdk_logging()
    try:
        found = boto3.Session(profile_name=profile).get_credentials()
        if found is None:
            raise ProblemError(missing_credentials(profile))
        keys = found.get_frozen_credentials()
    except (BotoCoreError, ClientError) as error:
        raise ProblemError(credentials_problem(error, profile or os.environ.get("AWS_PROFILE"))) from error
    if not keys.access_key or not keys.secret_key:
        raise ProblemError(missing_credentials(profile))
    return Credentials(
        access_key=keys.access_key,
        secret_key=keys.secret_key,
        session_token=keys.token or None,
        expires_at_s=_expiry_s(found),
        source=str(getattr(found, "method", "") or ""),
    )


def _expiry_s(found: Any) -> float | None:
    # botocore keeps the expiry of refreshable credentials to itself; None only costs us a reminder.
    expiry = getattr(found, "_expiry_time", None)
    return expiry.timestamp() if expiry is not None else None
