"""Errors of boto3, translated once: from its credential chain, its connections and the services' answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from botocore import exceptions as boto

from flux_desktop.aws.errors.connect_errors import Address, connect_problem
from flux_desktop.aws.errors.errors import Refusal, classify
from flux_desktop.base.problem import Problem

_SIGN_IN = "Sign in (for SSO: aws sso login), or choose another profile."


def credentials_problem(error: Exception, profile: str | None) -> Problem:
    """Why no credentials could be had for `profile` (None: the default chain)."""
    named = f"profile “{profile}”" if profile else "the default profile"
    option = f" --profile {profile}" if profile else ""
    match error:
        case boto.ProfileNotFound():
            return Problem(
                code="profile_not_found",
                what=f"There is no AWS {named} on this machine.",
                why="It is neither in the AWS config file nor in the credentials file.",
                todo="Choose another profile, or create it with aws configure sso or aws configure.",
            )
        case boto.SSOError() | boto.TokenRetrievalError():
            return Problem(
                code="sso_expired",
                what=f"The single sign-on session of {named} has expired, or was never begun.",
                why=_error_text(error),
                todo=f"Run: aws sso login{option}",
            )
        case boto.LoginError():
            return Problem(
                code="sso_expired",
                what=f"The sign-in of {named} has expired.",
                why=_error_text(error),
                todo=f"Run: aws login{option}",
            )
        case boto.PartialCredentialsError():
            return Problem(
                code="credentials_partial",
                what="The AWS credentials are incomplete.",
                why=_error_text(error),
                todo="Set both the access key and the secret key, or neither.",
            )
        case boto.NoCredentialsError():
            return missing_credentials(profile)
        case boto.ConfigParseError() | boto.InvalidConfigError() | boto.ConfigNotFound():
            return Problem(
                code="credentials_unavailable",
                what="The AWS configuration on this machine cannot be used.",
                why=_error_text(error),
                todo="Mend the file, or choose another profile.",
            )
        case boto.ClientError():
            return _answer_problem(error, f"Credentials for {named} could not be had.", "sts:AssumeRole", "", "")
        case _:
            return Problem(
                code="credentials_unavailable",
                what=f"Credentials for {named} could not be had.",
                why=_error_text(error),
                todo=_SIGN_IN,
            )


def missing_credentials(profile: str | None) -> Problem:
    """The whole chain has nothing."""
    where = f" in profile “{profile}”" if profile else ""
    return Problem(
        code="credentials_missing",
        what=f"There are no AWS credentials{where}.",
        why="Neither environment variables, nor a profile, nor single sign-on, nor a role of this machine has any.",
        todo="Sign in with aws sso login, or set up a profile with aws configure. The endpoint “local” needs none.",
    )


def call_problem(
    error: Exception, action: str, region: str, endpoint_name: str = "", profile: str | None = None
) -> Problem:
    """Why a call of the control plane failed. `action` is its IAM name, such as sagemaker:ListEndpoints."""
    url = str(getattr(error, "kwargs", {}).get("endpoint_url", ""))
    parts = urlsplit(url)
    address = Address(parts.hostname or f"AWS in {region}", parts.port or 443)
    match error:
        case boto.ClientError():
            what = f"AWS refused {action} in {region}."
            return _answer_problem(error, what, action, region, endpoint_name)
        case boto.SSLError():
            return connect_problem("tls_untrusted", address, f"{_error_text(error)}")
        case boto.ProxyConnectionError():
            return connect_problem("proxy_failed", address, _error_text(error))
        case boto.ConnectTimeoutError() | boto.ReadTimeoutError():
            return connect_problem("connect_timeout", address, "the time allowed")
        case boto.EndpointConnectionError():
            return connect_problem(_endpoint_error_code(error), address, _error_text(error))
        case boto.NoCredentialsError() | boto.PartialCredentialsError() | boto.SSOError() | boto.LoginError():
            return credentials_problem(error, profile)
        case boto.TokenRetrievalError() | boto.CredentialRetrievalError():
            return credentials_problem(error, profile)
        case boto.HTTPClientError() | boto.ConnectionError():
            return connect_problem("connection_lost", address, _error_text(error).rstrip("."))
        case _:
            return Problem(
                code="aws_call_failed",
                what=f"{action} could not be carried out in {region}.",
                why=_error_text(error),
                todo="Check the region and the endpoint address.",
            )


def _endpoint_error_code(error: Exception) -> str:
    cause = str(error) + str(getattr(error, "kwargs", {}).get("error", ""))
    if "refused" in cause:
        return "connect_refused"
    return "dns_failure" if "resolve" in cause or "name" in cause.lower() else "connection_lost"


def _answer_problem(error: boto.ClientError, what: str, action: str, region: str, endpoint_name: str) -> Problem:
    answer: dict[str, Any] = error.response
    name, message = str(answer.get("Error", {}).get("Code", "")), str(answer.get("Error", {}).get("Message", ""))
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) or 0)
    code = classify(Refusal(status=status, name=name, message=message))
    endpoint = f"“{endpoint_name}”" if endpoint_name else ""
    texts = {
        "credentials_expired": ("The AWS credentials have expired.", _SIGN_IN),
        "credentials_invalid": (
            f"AWS does not know these credentials in {region or 'this region'}.",
            "Check the profile or the access key, and that the region is enabled for the account.",
        ),
        "signature_refused": (
            "AWS refused the request's signature.",
            "Check that the secret key belongs to the access key.",
        ),
        "clock_skew": (
            "AWS refused the request because of its time.",
            "Set this machine's clock right; it may be off by at most five minutes.",
        ),
        "access_denied": (f"These credentials may not use {action}.", f"Ask for the permission {action}."),
        "forbidden": (f"These credentials may not use {action}.", f"Ask for the permission {action}."),
        "throttled": ("AWS is throttling: too many requests at once.", "Wait a moment and try again."),
    }
    if endpoint and code in ("endpoint_not_found", "request_invalid") and "could not find" in message.lower():
        code = "endpoint_not_found"
        texts[code] = (
            f"There is no endpoint {endpoint} in {region}.",
            "Check its name, the region and the account.",
        )
    what, todo = texts.get(code, (what, "Try again; if it persists, look at the AWS status page."))
    why = f"AWS says: {message.strip().rstrip('.')}. ({name})" if message else f"({name}, HTTP {status})"
    return Problem(code=code, what=what, why=why, todo=todo)


def _error_text(error: Exception) -> str:
    text = " ".join(str(error).split())[:300].rstrip(".")
    return f"{text}."
