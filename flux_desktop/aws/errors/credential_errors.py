"""Failures of credential sources: each problem names the source that failed and what to do about it.

boto3 has about ten sources. Some run foreign programs (`credential_process`) or read foreign files, and they raise
Python's exceptions as well as botocore's; which source was being asked is known to the caller only.
"""

from __future__ import annotations

import json

import msgspec
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from flux_desktop.aws.errors.answer_texts import Subject, answer_problem, sign_in_command
from flux_desktop.aws.errors.boto_errors import (
    OTHER_ANSWERED,
    OTHER_ANSWERED_TODO,
    connection_problem,
    error_text,
    read_answer,
)
from flux_desktop.aws.errors.errors import as_sentence, classify, refusal_reason
from flux_desktop.base import shell
from flux_desktop.base.problem import Problem


class MfaRequiredError(Exception):
    """A role requires the code of an MFA device, which this program does not ask for."""


class CredentialSource(msgspec.Struct, frozen=True, kw_only=True):
    """The source that was being asked. `method` is boto3's name of it, ``""`` for the chain as a whole.

    `setting` is what configures it: the command, file or URL, which the reader needs to correct it.
    """

    method: str = ""
    profile: str | None = None
    setting: str = ""

    @property
    def name(self) -> str:
        """For the middle of a sentence."""
        of_profile = f" of profile “{self.profile}”" if self.profile else ""
        shown = f" ({self.setting})" if self.setting else ""
        return f"{_NAMES.get(self.method, 'the AWS configuration')}{of_profile}{shown}"


#: botocore's METHOD of each provider.
_NAMES = {
    "env": "the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "assume-role": "the role",
    "assume-role-with-web-identity": "the web identity token",
    "sso": "the single sign-on session",
    "login": "the sign-in session",
    "shared-credentials-file": "the shared credentials file",
    "custom-process": "the credential_process",
    "config-file": "the AWS config file",
    "ec2-credentials-file": "the file AWS_CREDENTIAL_FILE",
    "boto-config": "the boto config file",
    "container-role": "the container credentials URL",
    "iam-role": "the instance metadata service",
}
_VARIABLES = {
    "access key": "AWS_ACCESS_KEY_ID",
    "secret key": "AWS_SECRET_ACCESS_KEY",
    "session token": "AWS_SESSION_TOKEN",
}
_REMEDIES = {
    "assume-role": "Check role_arn, source_profile and credential_source of the profile.",
    "assume-role-with-web-identity": "Check AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN and that the file is readable.",
    "shared-credentials-file": "Check the file, or choose another profile.",
    "custom-process": "Run the command in a terminal and correct what it reports, or choose another profile.",
    "container-role": "Check AWS_CONTAINER_CREDENTIALS_FULL_URI and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.",
    "iam-role": "Check the role of this instance and the AWS_METADATA_SERVICE_* variables, or choose a profile.",
    "": "Correct the file or variable, or choose another profile.",
}


def credentials_problem(error: Exception, source: CredentialSource) -> Problem:
    """Why `source` gave no usable credentials, by the type of what it raised."""
    profile = source.profile
    match error:
        case boto.ProfileNotFound():
            name = profile or str(getattr(error, "kwargs", {}).get("profile", ""))
            return Problem(
                code="profile_not_found",
                what=f"There is no AWS profile “{name}” on this machine.",
                why="It is neither in the AWS config file nor in the credentials file.",
                todo="Choose another profile, or create it with aws configure sso or aws configure.",
            )
        case boto.SSOError() | boto.TokenRetrievalError():
            return _sso_problem(source)
        case boto.LoginError():
            return Problem(
                code="sso_expired",
                what=f"The sign-in session{_of(profile)} has expired or was never started.",
                todo=f"Run: aws login{shell.option('--profile', profile)}",
            )
        case MfaRequiredError() | boto.RefreshWithMFAUnsupportedError():
            return _mfa_problem(profile)
        case boto.PartialCredentialsError():
            return Problem(
                code="credentials_partial",
                what="The AWS credentials are incomplete.",
                why=error_text(error),
                todo="Set both the access key and the secret key, or neither.",
            )
        case boto.NoCredentialsError():
            return missing_credentials(profile)
        case boto.ClientError():
            return _answer_problem(error, source)
        case boto.HTTPClientError() | boto.ConnectionError():
            problem = connection_problem(error)
            return _unavailable(source, problem.sentence(), todo="")
        case ResponseParserError():  # its text has the answer, in which there may be keys
            return _unavailable(source, f"The answer cannot be read: {OTHER_ANSWERED}", OTHER_ANSWERED_TODO)
        case RuntimeError() if "still expired" in str(error):
            return Problem(
                code="credentials_expired",
                what=f"The AWS credentials from {source.name} have already expired.",
                why="It was asked again and returned expired keys again.",
                todo=_REMEDIES.get(source.method, f"Sign in again: {sign_in_command(profile)}"),
            )
        case _:
            return _unavailable(source, _reason(error, source))


def missing_credentials(profile: str | None) -> Problem:
    """No source of the chain has any."""
    where = f" in profile “{profile}”" if profile else ""
    return Problem(
        code="credentials_missing",
        what=f"There are no AWS credentials{where}.",
        why="Environment variables, profiles, single sign-on and the role of this machine provide none.",
        todo=f"Run {sign_in_command(profile)}, or create a profile with aws configure. “local” needs no account.",
    )


def malformed_credentials(part: str, defect: str, source: CredentialSource) -> Problem:
    """A key that no request can be signed with. `part` is such as ``session token``."""
    variable = _VARIABLES.get(part) if source.method == "env" else None
    origin = f"in the environment variable {variable}" if variable else f"from {source.name}"
    return Problem(
        code="credentials_malformed",
        what=f"The AWS {part} {origin} {defect}.",
        why="AWS would reject every request, so nothing was connected.",
        todo="Set it again without spaces and line breaks; shells add them when a value is read from a file.",
    )


def slow_credentials(limit_s: float, profile: str | None) -> Problem:
    """No source answered in time."""
    return Problem(
        code="credentials_unavailable",
        what=f"Loading the AWS credentials{_of(profile)} took longer than {limit_s:g} s.",
        why="A credential_process or a sign-in service does not answer.",
        todo="Check the network and the credential_process, or choose another profile.",
    )


def _unavailable(source: CredentialSource, why: str, todo: str | None = None) -> Problem:
    remedy = _REMEDIES.get(source.method, f"Sign in ({sign_in_command(source.profile)}), or choose another profile.")
    return Problem(
        code="credentials_unavailable",
        what=f"No AWS credentials could be read from {source.name}.",
        why=why,
        todo=remedy if todo is None else todo,
    )


def _sso_problem(source: CredentialSource) -> Problem:
    return Problem(
        code="sso_expired",
        what=f"The single sign-on session{_of(source.profile)} has expired or was never started.",
        todo=f"Run: {sign_in_command(source.profile)}",
    )


def _mfa_problem(profile: str | None) -> Problem:
    option = shell.option("--profile", profile)
    return Problem(
        code="mfa_required",
        what=f"The role{_of(profile)} requires an MFA code, which this program does not ask for.",
        why="A run renews its credentials while it streams, when there may be no one to enter a code.",
        todo=f'Get temporary keys first: eval "$(aws configure export-credentials{option} --format env)", then start '
        "without a profile.",
    )


def _answer_problem(error: boto.ClientError, source: CredentialSource) -> Problem:
    answer = read_answer(error)
    if answer.status == 401 and source.method == "sso":
        return _sso_problem(source)
    operation = str(getattr(error, "operation_name", "") or "AssumeRole")
    subject = Subject(action=f"{'sso' if source.method == 'sso' else 'sts'}:{operation}", profile=source.profile)
    code = classify(answer)
    problem = answer_problem(code, subject, refusal_reason(answer))
    if code in ("request_invalid", "throttled", "aws_internal_error", "service_unavailable"):
        return _unavailable(source, problem.why)
    return msgspec.structs.replace(problem, what=f"{problem.what} The source is {source.name}.")


def _reason(error: Exception, source: CredentialSource) -> str:
    match error:
        case boto.CredentialRetrievalError() | boto.MetadataRetrievalError():
            text = str(getattr(error, "kwargs", {}).get("error_msg", str(error)))
            return error_text(ValueError(text)) if text.strip() else "It failed without a message."
        case FileNotFoundError():
            return f"{error.filename} does not exist." if error.filename else error_text(error)
        case OSError():
            return f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}."
        case json.JSONDecodeError():
            output = " ".join(error.doc.split())[:200]
            # What looks like JSON may contain keys; plain text often states the remedy.
            shown = f" It is: {as_sentence(output)}" if output and output[0] not in '{["' else ""
            return f"The answer is not the JSON that AWS specifies.{shown}"
        case ValueError() if source.method == "custom-process":
            return f"The answer is not what AWS specifies for credential_process. {error_text(error)}"
        case KeyError():
            return f"Its answer has no {error}."
        case _:
            return error_text(error)


def _of(profile: str | None) -> str:
    return f" of profile “{profile}”" if profile else ""
