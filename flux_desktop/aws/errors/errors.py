"""Errors that AWS answers with, classified by status and type, and translated once into a `Problem`.

Callers recognise two families by code: `CREDENTIAL_CODES` (nothing works until the credentials are corrected) and
`ENDPOINT_CODES` (the endpoint does not exist or is not ready). The sentences are in `answer_texts`.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import msgspec

from flux_desktop.aws.errors.answer_texts import INVOKE_ACTION, Subject, answer_problem, log_group_of
from flux_desktop.aws.target import StreamTarget
from flux_desktop.base.problem import Problem

CREDENTIAL_CODES = frozenset(
    {
        "access_denied",
        "clock_skew",
        "credentials_expired",
        "credentials_invalid",
        "credentials_malformed",
        "credentials_missing",
        "credentials_partial",
        "credentials_unavailable",
        "forbidden",
        "mfa_required",
        "profile_not_found",
        "signature_refused",
        "sso_expired",
    }
)
ENDPOINT_CODES = frozenset({"endpoint_not_found", "endpoint_not_in_service"})


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP answer other than 2xx, parsed once. Text fields are empty where the answer has none.

    `status` is 0 for an error inside an open stream. `server_time_s` is seconds since 1970 by AWS's clock.
    """

    status: int
    name: str = ""
    message: str = ""
    request_id: str = ""
    log_stream_arn: str = ""
    server_time_s: float | None = None


def read_refusal(status: int, headers: list[tuple[str, str]], body: bytes) -> Refusal:
    """Parse an error answer of any content type: the SDK discards the text of errors that it has no model for."""
    fields = {name.lower(): value for name, value in headers}
    document = _json_object(body)
    name = fields.get("x-amzn-errortype") or _text(document, "__type", "code", "Code")
    message = _text(document, "Message", "message") or _plain_body(body, document)
    original = _text(document, "OriginalMessage")
    if original and original not in message:
        message = f"{message} ({original})" if message else original
    return Refusal(
        status=status,
        name=name.partition(":")[0].rpartition("#")[2].strip(),
        message=_one_line(message),
        request_id=fields.get("x-amzn-requestid", ""),
        log_stream_arn=_text(document, "LogStreamArn"),
        server_time_s=http_date_s(fields.get("date", "")),
    )


def refusal_problem(
    refusal: Refusal, target: StreamTarget, query_string: str = "", now_s: float | None = None
) -> Problem:
    """The problem of a refused stream. `now_s`: this machine's time since 1970, to compare with AWS's."""
    group, log_stream = log_location(refusal.log_stream_arn)
    subject = Subject(
        action=INVOKE_ACTION,
        region=target.region,
        endpoint=target.endpoint_name,
        query_string=query_string,
        log_group=f"{group or log_group_of(target.endpoint_name)}, stream {log_stream}" if log_stream else group,
    )
    offset_s = None if now_s is None or refusal.server_time_s is None else refusal.server_time_s - now_s
    return answer_problem(classify(refusal), subject, refusal_reason(refusal), offset_s)


def refusal_reason(refusal: Refusal) -> str:
    """What the answer says, with status and type, as a sentence. One without a type may be a proxy's, not AWS's."""
    # boto3 names an answer without a type, such as a proxy's page, by its status.
    name = "" if refusal.name == str(refusal.status) else refusal.name
    who = "AWS" if name or refusal.request_id else "The answer"
    says = f"{who} says: {as_sentence(refusal.message)}" if refusal.message else f"{who} gives no reason."
    details = ", ".join(filter(None, (f"HTTP {refusal.status}" if refusal.status else "", name)))
    return f"{says.removesuffix('.')} ({details})." if details else says


# ---------------------------------------------------------------- classification: type, then status, then text

#: Beginnings of an error's type, lower case. The order matters where one begins another.
_BY_TYPE: tuple[tuple[str, str], ...] = (
    ("expiredtoken", "credentials_expired"),
    ("requestexpired", "clock_skew"),
    ("requesttimetooskewed", "clock_skew"),
    ("invalidsignature", "signature_refused"),
    ("signaturedoesnotmatch", "signature_refused"),
    ("incompletesignature", "signature_refused"),
    ("unrecognizedclient", "credentials_invalid"),
    ("invalidclienttoken", "credentials_invalid"),
    ("invalidaccesskey", "credentials_invalid"),
    ("missingauthentication", "credentials_invalid"),
    ("authfailure", "credentials_invalid"),
    ("optinrequired", "credentials_invalid"),
    ("throttl", "throttled"),
    ("toomanyrequests", "throttled"),
    ("requestlimitexceeded", "throttled"),
    ("accessdenied", "access_denied"),
    ("unauthorizedoperation", "access_denied"),
    ("notauthorized", "access_denied"),
    ("modelerror", "model_refused"),
    ("modelnotready", "service_unavailable"),
    ("serviceunavailable", "service_unavailable"),
    ("internal", "aws_internal_error"),
)
_BY_STATUS = {
    401: "credentials_invalid",
    404: "endpoint_not_found",
    424: "model_refused",
    429: "throttled",
    500: "aws_internal_error",
    503: "service_unavailable",
}


def classify(refusal: Refusal) -> str:
    """The stable code of an error answer, of a stream or of boto3.

    The text decides only where type and status do not: 400 and 403 have many causes, and errors inside a stream have
    no status. Otherwise a model's own words, such as an expired licence token, would be taken for AWS's.
    """
    kind, status = refusal.name.lower(), refusal.status
    by_type = next((code for beginning, code in _BY_TYPE if kind.startswith(beginning)), None)
    if by_type == "signature_refused" and _is_about_time(refusal.message.lower()):
        return "clock_skew"
    if by_type is not None:
        return by_type
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return "aws_internal_error"
    return _by_text(refusal.message.lower(), status)


def _by_text(text: str, status: int) -> str:
    if status in (0, 400, 403):
        if "signature" in text:
            return "clock_skew" if _is_about_time(text) else "signature_refused"
        if "security token" in text or "session token" in text:
            return "credentials_expired" if "expired" in text else "credentials_invalid"
        if "not authorized to perform" in text:
            return "access_denied"
    if status == 403:
        return "forbidden"
    if "in service" in text or "inservice" in text or "cannot be invoked" in text:
        return "endpoint_not_in_service"
    if "endpoint" in text and ("not found" in text or "could not find" in text):
        return "endpoint_not_found"
    return "request_invalid"


def _is_about_time(text: str) -> bool:
    return any(words in text for words in ("expired", "not yet current", "skewed", "date is too far", "too old"))


# ---------------------------------------------------------------- errors inside an open stream


def exception_problem(kind: str, message: str, error_code: str = "", endpoint_name: str = "") -> Problem:
    """An ``exception`` or ``error`` event that ended an open stream. `kind` is its type on the wire.

    An error about the credentials has the same code as before the stream was open.
    """
    reason = f"It says: {as_sentence(_one_line(message))}" if message else "It gave no reason."
    if error_code:
        reason += f" ({error_code})"
    subject = Subject(action=INVOKE_ACTION, endpoint=endpoint_name)
    log_todo = f"See {subject.log_hint}" if endpoint_name else "See the endpoint's CloudWatch log"
    if kind == "ModelStreamError":
        return Problem(
            code="model_stream_error",
            what="The model ended the stream with an error.",
            why=reason,
            todo=f"{log_todo}; a full or restarting endpoint causes this.",
        )
    if kind == "InternalStreamFailure":
        return Problem(
            code="internal_stream_failure",
            what="SageMaker ended the stream because of an internal failure.",
            why=reason,
            todo="Try again.",
        )
    code = classify(Refusal(status=0, name=kind, message=message))
    if code in CREDENTIAL_CODES:
        problem = answer_problem(code, subject, f"{reason} ({kind})")
        return msgspec.structs.replace(problem, what=f"{problem.what} The stream was ended.")
    return Problem(
        code="unmodelled_stream_error",
        what=f"The service ended the stream with {kind or 'an unnamed error'}.",
        why=reason,
        todo=f"Try again. If it persists: {log_todo[:1].lower()}{log_todo[1:]}.",
    )


def broken_stream_problem(detail: str) -> Problem:
    """Received bytes that are not event-stream frames."""
    return Problem(
        code="stream_garbled",
        what="The service sent data that violates the protocol.",
        why=f"Detail: {as_sentence(detail)}",
        todo="Try again; if it persists, something between this machine and AWS alters the data.",
    )


def read_exception(payload: bytes) -> tuple[str, str]:
    """Message and error code of an ``exception`` event's JSON; the text itself if it is not JSON."""
    document = _json_object(payload)
    message = _text(document, "Message", "message") or _plain_body(payload, document)
    return message, _text(document, "ErrorCode", "errorCode")


# ---------------------------------------------------------------- parsing


def log_location(arn: str) -> tuple[str, str]:
    """Log group and log stream that a ``LogStreamArn`` names; empty strings for what is not one."""
    _, separator, rest = arn.partition(":log-group:")
    group, _, stream = rest.partition(":log-stream:")
    return (group.removesuffix(":*"), stream) if separator else ("", "")


def http_date_s(text: str) -> float | None:
    """The seconds since 1970 of an HTTP ``Date`` header; None for anything else."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def as_sentence(text: str) -> str:
    """`text` with a full stop if it has no closing mark."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _json_object(body: bytes) -> dict[str, object]:
    try:
        document = msgspec.json.decode(body) if body else {}
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _text(document: dict[str, object], *names: str) -> str:
    return next((value for name in names if isinstance(value := document.get(name), str) and value), "")


def _plain_body(body: bytes, document: dict[str, object]) -> str:
    if document:
        return ""
    text = body[:500].decode("utf-8", "replace").strip()
    return "" if text.startswith(("<", "{")) else text


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]
