"""Credentials from boto3's chain (profile, single sign-on, environment, role), frozen for one stream."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import msgspec
from botocore.exceptions import ConnectionError, HTTPClientError

from flux_desktop.aws.account.configuration import botocore_session
from flux_desktop.aws.account.environment import effective_profile
from flux_desktop.aws.errors.credential_errors import (
    CredentialSource,
    MfaRequiredError,
    credentials_problem,
    malformed_credentials,
    missing_credentials,
    slow_credentials,
)
from flux_desktop.aws.errors.trust import proxy_for
from flux_desktop.aws.target import Credentials
from flux_desktop.base.logs import quieten
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.redaction import remember
from flux_desktop.base.threads import in_thread

#: A role behind single sign-on needs a few calls; a machine without credentials waits for its metadata address.
LOAD_LIMIT_S = 30.0
_SIGN_IN_HOST = "sts.amazonaws.com"

#: What configures a source, by botocore's name of it: settings of the profile, then environment variables.
_SETTINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "custom-process": (("credential_process",), ()),
    "assume-role": (("role_arn",), ()),
    "assume-role-with-web-identity": (("web_identity_token_file",), ("AWS_WEB_IDENTITY_TOKEN_FILE",)),
    "sso": (("sso_session", "sso_start_url"), ()),
    "container-role": ((), ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")),
    "shared-credentials-file": ((), ("AWS_SHARED_CREDENTIALS_FILE",)),
    "config-file": ((), ("AWS_CONFIG_FILE",)),
}
#: Numeric settings of the profile, with the variables that override them.
_NUMBERS = {
    "metadata_service_timeout": "AWS_METADATA_SERVICE_TIMEOUT",
    "metadata_service_num_attempts": "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
}
#: Sources that do not depend on the profile.
_WITHOUT_PROFILE = frozenset({"env", "container-role", "iam-role", "ec2-credentials-file", "boto-config"})


class _SignIn(msgspec.Struct, rename="camel"):
    """A cached single sign-on session of botocore or the AWS CLI."""

    access_token: str | None = None
    refresh_token: str | None = None
    client_secret: str | None = None


async def load_credentials(profile: str | None = None, limit_s: float = LOAD_LIMIT_S) -> Credentials:
    """`read_credentials` off the event loop, for at most `limit_s` seconds.

    Raises `ProblemError` with a code of `errors.CREDENTIAL_CODES`, and nothing else.
    """
    try:
        return await in_thread(lambda: read_credentials(profile), limit_s)
    except TimeoutError:
        raise ProblemError(slow_credentials(limit_s, effective_profile(profile))) from None


def read_credentials(profile: str | None = None) -> Credentials:
    """Credentials of `profile`, or of the default chain, valid now. Blocks; may call AWS or a `credential_process`.

    Never prompts. Raises `ProblemError` with a code of `errors.CREDENTIAL_CODES`.
    """
    quieten()
    core, source = None, CredentialSource(profile=effective_profile(profile))
    try:
        core = botocore_session(profile)
        _check_numbers(core)
        chain = core.get_component("credential_provider")
        chain.get_provider("assume-role")._prompter = _refuse_mfa  # no public way; getpass would prompt and block
        for provider in chain.providers:
            source = _source(provider.METHOD, core, profile)
            loaded = provider.load()
            if loaded is not None:
                return _checked(loaded, source)
    except ProblemError:
        raise
    except (HTTPClientError, ConnectionError) as error:
        proxy_for(_SIGN_IN_HOST, 443)  # the exact reason, where the proxy's address is what is wrong
        raise ProblemError(credentials_problem(error, source)) from error
    except Exception as error:  # boundary: sources are foreign programs, files and services, and raise anything
        raise ProblemError(credentials_problem(error, source)) from error
    raise ProblemError(missing_credentials(source.profile))


def boto_session(keys: Credentials, profile: str | None, region: str | None) -> Any:
    """A boto3 session with these keys and the other settings of `profile`."""
    return boto3.Session(
        botocore_session=botocore_session(profile),
        region_name=region,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        aws_session_token=keys.session_token,
    )


def _check_numbers(core: Any) -> None:
    """Raise `ValueError` for a setting that boto3 would convert to a number without saying which one it is."""
    for name, variable in _NUMBERS.items():
        value = os.environ.get(variable) or core.get_scoped_config().get(name)
        if value and not str(value).strip().isdecimal():
            raise ValueError(f"{variable if variable in os.environ else name} is “{value}”, not a whole number.")


def _source(method: str, core: Any, profile: str | None) -> CredentialSource:
    """The description of a provider, with the command, file or URL that configures it."""
    settings, variables = _SETTINGS.get(method, ((), ()))
    scoped: Mapping[str, Any] = core.get_scoped_config()
    values = [scoped.get(name) for name in settings] + [os.environ.get(name) for name in variables]
    return CredentialSource(
        method=method,
        profile=None if method in _WITHOUT_PROFILE else effective_profile(profile),
        setting=next((_shown(method, str(value)) for value in values if value), ""),
    )


def _shown(method: str, setting: str) -> str:
    """The setting without possible secrets: of a command only the name of the program."""
    return (setting.split() or [""])[0] if method == "custom-process" else setting


def _checked(loaded: Any, source: CredentialSource) -> Credentials:
    """The keys of botocore's credentials as they are now. From here on no log, recording or export contains them, nor
    any cached sign-in of this machine. May ask AWS for new keys."""
    _remember_sign_ins()
    keys = loaded.get_frozen_credentials()
    remember(keys.access_key, keys.secret_key, keys.token)
    if not keys.access_key or not keys.secret_key:
        raise ProblemError(missing_credentials(source.profile))
    for part, value in (
        ("access key", keys.access_key),
        ("secret key", keys.secret_key),
        ("session token", keys.token),
    ):
        if value and (defect := key_defect(value)):
            raise ProblemError(malformed_credentials(part, defect, source))
    return Credentials(
        access_key=keys.access_key,
        secret_key=keys.secret_key,
        session_token=keys.token or None,
        expires_at_s=_expiry_s(loaded),
        source=source.method,
    )


def key_defect(value: str) -> str:
    """Why a key or token cannot be sent in an HTTP header, such as ``ends with a line break``; empty if it can."""
    if value.rstrip("\r\n") != value:
        return "ends with a line break"
    if value.strip() != value:
        return f"{'starts' if value[:1].isspace() else 'ends'} with a space"
    if any(character.isspace() for character in value):
        return "contains a space or a line break"
    if not value.isascii() or not value.isprintable():
        return "contains characters that no AWS key has"
    return ""


def _refuse_mfa(prompt: str) -> str:
    raise MfaRequiredError(prompt)


def _remember_sign_ins() -> None:
    folder = Path(os.path.expanduser("~")) / ".aws" / "sso" / "cache"
    for path in folder.glob("*.json"):
        try:
            session = msgspec.json.decode(path.read_bytes(), type=_SignIn)
        except (OSError, msgspec.DecodeError, UnicodeError, RecursionError):
            continue  # botocore reports the defect if it needs the file
        remember(session.access_token, session.refresh_token, session.client_secret)


def _expiry_s(loaded: Any) -> float | None:
    # botocore has no public way to read the expiry of refreshable credentials; without it keys are not renewed.
    expiry = getattr(loaded, "_expiry_time", None)
    return expiry.timestamp() if expiry is not None else None
