"""Credentials from boto3's chain (profile, single sign-on, environment, role), frozen for one stream."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from flux_desktop.aws.errors.boto_errors import credentials_problem, missing_credentials
from flux_desktop.aws.target import Credentials
from flux_desktop.base.logs import quieten
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.redaction import remember
from flux_desktop.base.threads import in_thread

#: A role behind single sign-on needs a few calls; a machine without any credentials asks its metadata address.
LOAD_LIMIT_S = 30.0


class _SignIn(msgspec.Struct, rename="camel"):
    """What botocore keeps of a single sign-on."""

    access_token: str | None = None
    refresh_token: str | None = None
    client_secret: str | None = None


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
    quieten()
    try:
        found = boto_session(profile).get_credentials()
        if found is None:
            raise ProblemError(missing_credentials(profile))
        keys = frozen(found)
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


def boto_session(profile: str | None = None, region: str | None = None, keys: Credentials | None = None) -> Any:
    """A boto3 session in which TLS is verified: boto3 takes an empty AWS_CA_BUNDLE for the wish to verify nothing."""
    core = botocore.session.Session(profile=profile)
    core.set_config_variable("ca_bundle", _ca_bundle_of(core) or True)
    return boto3.Session(
        botocore_session=core,
        region_name=region,
        aws_access_key_id=keys.access_key if keys else None,
        aws_secret_access_key=keys.secret_key if keys else None,
        aws_session_token=keys.session_token if keys else None,
    )


def ca_bundle(profile: str | None = None) -> str | None:
    """The authorities boto3 would trust instead of its own: ``AWS_CA_BUNDLE``, ``ca_bundle`` of the profile in
    ``~/.aws/config``, or ``REQUESTS_CA_BUNDLE``; None where nothing names any. Raises botocore's errors.
    """
    return _ca_bundle_of(botocore.session.Session(profile=profile))


def _ca_bundle_of(core: botocore.session.Session) -> str | None:
    return core.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE") or None


def frozen(found: Any) -> Any:
    """The keys of boto3's credentials as they are now; from now on no log, recording or export has them.

    Nor has it what a single sign-on of this machine has left. May ask AWS for new keys.
    """
    _remember_sign_ins()
    keys = found.get_frozen_credentials()
    remember(keys.access_key, keys.secret_key, keys.token)
    return keys


def _remember_sign_ins() -> None:
    for path in (Path.home() / ".aws" / "sso" / "cache").glob("*.json"):
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=_SignIn)
        except (OSError, msgspec.DecodeError, UnicodeError, RecursionError):
            continue  # botocore will say what is wrong with it, if it is needed
        remember(kept.access_token, kept.refresh_token, kept.client_secret)


def _expiry_s(found: Any) -> float | None:
    # botocore keeps the expiry of refreshable credentials to itself; None only costs us a reminder.
    expiry = getattr(found, "_expiry_time", None)
    return expiry.timestamp() if expiry is not None else None
