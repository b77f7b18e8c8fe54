"""The sentences for each code of `errors.classify`: the same for a refused stream, inside a stream, and by boto3."""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec

from flux_desktop.base import shell
from flux_desktop.base.problem import Problem

INVOKE_ACTION = "sagemaker:InvokeEndpointWithBidirectionalStream"
#: Parameters that every known server build accepts in every stream.
_ALWAYS_KNOWN = frozenset({"model", "encoding", "sample_rate"})
_CLOCK_TODO = "Set this machine's clock, for example with timedatectl set-ntp true; AWS accepts up to five minutes."


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a request was about. `action` is the IAM name of the call; `endpoint` may be empty."""

    action: str
    region: str = ""
    endpoint: str = ""
    profile: str | None = None
    query_string: str = ""
    log_group: str = ""
    """Reported by the service; empty for the group that SageMaker creates for `endpoint`."""

    @property
    def resource(self) -> str:
        """What a permission has to name, for a sentence."""
        where = f" in {self.region}" if self.region else ""
        return f"{self.action} on endpoint/{self.endpoint}{where}" if self.endpoint else f"{self.action}{where}"

    @property
    def log_hint(self) -> str:
        """Where the container's log is, for a sentence."""
        group = self.log_group or log_group_of(self.endpoint)
        return f"the CloudWatch log group {group}"


def log_group_of(endpoint_name: str) -> str:
    """The CloudWatch log group that SageMaker writes an endpoint's container log to."""
    return f"/aws/sagemaker/Endpoints/{endpoint_name}"


def sign_in_command(profile: str | None) -> str:
    """The command that renews a single sign-on session."""
    return f"aws sso login{shell.option('--profile', profile)}"


def answer_problem(code: str, subject: Subject, why: str, clock_offset_s: float | None = None) -> Problem:
    """The problem `code` of an AWS answer. `clock_offset_s`: AWS's clock minus this machine's, where it is known."""
    what, todo = _texts(code, subject)
    if code == "clock_skew" and clock_offset_s is not None and abs(clock_offset_s) >= 60:
        direction = "behind" if clock_offset_s > 0 else "ahead of"
        what = f"This machine's clock is {_duration(abs(clock_offset_s))} {direction} AWS's."
    return Problem(code=code, what=what, why=why, todo=todo)


def clock_step_problem(step_s: float, cause: Problem) -> Problem:
    """`cause` ended a stream whose clock had been set by `step_s` seconds since it was opened."""
    direction = "forward" if step_s > 0 else "back"
    return Problem(
        code="clock_skew",
        what=f"This machine's clock was set {direction} by {_duration(abs(step_s))} while the stream was open.",
        why=f"AWS rejects audio whose signature does not match its own time. {cause.why}".strip(),
        todo=_CLOCK_TODO,
    )


def _texts(code: str, subject: Subject) -> tuple[str, str]:
    """What happened and what to do."""
    endpoint, region = f"“{subject.endpoint}”", subject.region or "this region"
    match code:
        case "credentials_expired":
            return (
                "The AWS credentials have expired.",
                f"Sign in again ({sign_in_command(subject.profile)}), or export new temporary keys, then retry.",
            )
        case "credentials_invalid":
            return (
                f"AWS does not recognise these credentials in {region}.",
                "Check the profile or the access key, and that the region is enabled for the account.",
            )
        case "signature_refused":
            return (
                "AWS rejected the request's signature.",
                "Check that the secret key belongs to the access key and that the region is right.",
            )
        case "clock_skew":
            return "AWS rejected the time of the request: this machine's clock is wrong.", _CLOCK_TODO
        case "access_denied" | "forbidden":
            hint = "; permission for InvokeEndpoint does not include it" if subject.action == INVOKE_ACTION else ""
            return (
                f"These credentials are not allowed to call {subject.action}.",
                f"Ask an administrator for the permission {subject.resource}{hint}.",
            )
        case "throttled":
            return (
                "AWS is throttling requests.",
                "Open fewer streams or open them more slowly (batch size and delay), or request a higher quota."
                if subject.action == INVOKE_ACTION
                else "Wait a moment and try again.",
            )
        case "endpoint_not_found":
            return (
                f"There is no endpoint {endpoint} in {region}.",
                "Check its name, the region and the account; flux-stress list-endpoints lists the endpoints.",
            )
        case "endpoint_not_in_service":
            return (
                f"The endpoint {endpoint} is not in service.",
                "Wait until its status is InService, or look up its failure reason in the SageMaker console.",
            )
        case "model_refused":
            return f"The model behind {endpoint} refused the stream.", _model_advice(subject)
        case "aws_internal_error":
            return (
                "SageMaker failed with an internal error." if subject.endpoint else "AWS reported an internal error.",
                (
                    f"Try again in a moment; if it persists, see {subject.log_hint}."
                    if subject.endpoint
                    else "Try again in a moment; if it persists, check the AWS Health Dashboard."
                ),
            )
        case "service_unavailable":
            return (
                f"The endpoint {endpoint} has no capacity at the moment."
                if subject.endpoint
                else "The AWS service is unavailable at the moment.",
                "Try again in a moment, or with fewer connections; the endpoint may need more instances."
                if subject.endpoint
                else "Try again in a moment.",
            )
        case _:
            return (
                f"AWS refused the request for endpoint {endpoint}."
                if subject.endpoint
                else f"AWS refused {subject.action} in {region}.",
                "Check the endpoint's name, its variant and the parameters."
                if subject.endpoint
                else "Check the region and the endpoint address.",
            )


def optional_parameters(query_string: str) -> list[str]:
    """Names in the query that a server build may not know, in order of appearance, without duplicates."""
    names = (name for name, _ in parse_qsl(query_string, keep_blank_values=True))
    return list(dict.fromkeys(name for name in names if name not in _ALWAYS_KNOWN))


def _model_advice(subject: Subject) -> str:
    model = dict(parse_qsl(subject.query_string)).get("model", "")
    advice = f"Check that the endpoint runs {model}" if model else "Check the model's name"
    optional = optional_parameters(subject.query_string)
    if optional:
        advice += f", and try without the parameters that its build may not support: {', '.join(optional)}"
    return f"{advice}. A full endpoint refuses streams as well. The reason is in {subject.log_hint}."


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
