"""Each error that AWS answers with, translated once into what happened, why, and what to do next.

Two families matter to callers and are recognised by code: `CREDENTIAL_CODES` (nothing works until the
credentials are put right) and `ENDPOINT_CODES` (the endpoint is not there or not ready).
"""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec

from flux_desktop.aws.target import StreamTarget
from flux_desktop.base.problem import Problem

INVOKE_ACTION = "sagemaker:InvokeEndpointWithBidirectionalStream"

CREDENTIAL_CODES = frozenset(
    {
        "access_denied",
        "clock_skew",
        "credentials_expired",
        "credentials_invalid",
        "credentials_missing",
        "credentials_partial",
        "credentials_unavailable",
        "forbidden",
        "profile_not_found",
        "signature_refused",
        "sso_expired",
    }
)
ENDPOINT_CODES = frozenset({"endpoint_not_found", "endpoint_not_in_service"})

#: Parameters that every known server build accepts in every stream.
_ALWAYS_KNOWN = frozenset({"model", "encoding", "sample_rate"})


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP answer other than 2xx, read once. `name` and `message` are empty if the answer has none."""

    status: int
    name: str = ""
    message: str = ""
    request_id: str = ""


def read_refusal(status: int, headers: list[tuple[str, str]], body: bytes) -> Refusal:
    """What an error answer says, whatever its content type: the SDK drops the text of unmodelled ones."""
    fields = {name.lower(): value for name, value in headers}
    document = _json_object(body)
    name = fields.get("x-amzn-errortype") or _text(document, "__type", "code", "Code")
    return Refusal(
        status=status,
        name=name.partition(":")[0].rpartition("#")[2].strip(),
        message=_one_line(_text(document, "Message", "message", "OriginalMessage") or _plain_body(body, document)),
        request_id=fields.get("x-amzn-requestid", ""),
    )


def refusal_problem(refusal: Refusal, target: StreamTarget, query_string: str = "") -> Problem:
    """The problem that a refused stream shows."""
    code = classify(refusal)
    what, todo = _texts(code, refusal, target, query_string)
    said = [f"AWS says: {_sentence(refusal.message)}"] if refusal.message else []
    if refusal.name or not refusal.message:
        said.append(f"(HTTP {refusal.status}{', ' + refusal.name if refusal.name else ''})")
    return Problem(code=code, what=what, why=" ".join(said), todo=todo)


def classify(refusal: Refusal) -> str:
    """The stable code of a refusal, also of one that boto3 reports."""
    name, text, status = refusal.name.lower(), refusal.message.lower(), refusal.status
    if "expiredtoken" in name or ("token" in text and "expired" in text):
        return "credentials_expired"
    if "signature" in name or "signature" in text:
        skewed = "expired" in text or "not yet current" in text or "skewed" in text
        return "clock_skew" if skewed else "signature_refused"
    if "requesttimetooskewed" in name:
        return "clock_skew"
    if any(part in name for part in ("unrecognizedclient", "invalidclienttoken", "missingauthentication")):
        return "credentials_invalid"
    if "throttl" in name:
        return "throttled"
    if "accessdenied" in name or "not authorized to perform" in text:
        return "access_denied"
    if "in service" in text or "inservice" in text or "cannot be invoked" in text:
        return "endpoint_not_in_service"
    if status == 404 or ("endpoint" in text and ("not found" in text or "could not find" in text)):
        return "endpoint_not_found"
    return _BY_STATUS.get(status) or ("aws_internal_error" if status >= 500 else "request_invalid")


_BY_STATUS = {
    401: "credentials_invalid",
    403: "forbidden",
    424: "model_refused",
    429: "throttled",
    500: "aws_internal_error",
    503: "service_unavailable",
}


_CREDENTIAL_TEXTS: dict[str, tuple[str, str]] = {
    "credentials_expired": (
        "The AWS credentials have expired.",
        "Sign in again (for SSO: aws sso login), then retry.",
    ),
    "signature_refused": (
        "AWS refused the request's signature.",
        "Check that the secret key belongs to the access key and that the region is right.",
    ),
    "clock_skew": (
        "AWS refused the request because of its time.",
        "Set this machine's clock right; it may be off by at most five minutes.",
    ),
    "credentials_invalid": (
        "AWS does not know these credentials.",
        "Check the profile or the access key, then retry.",
    ),
}
"""What happened and what to do, where it lies with the credentials; the same before a stream and in it."""


def _texts(code: str, refusal: Refusal, target: StreamTarget, query_string: str) -> tuple[str, str]:
    if code in _CREDENTIAL_TEXTS:
        return _CREDENTIAL_TEXTS[code]
    endpoint = f"“{target.endpoint_name}”"
    match code:
        case "access_denied" | "forbidden":
            return (
                f"These credentials may not stream to endpoint {endpoint}.",
                f"Ask for {INVOKE_ACTION} on endpoint/{target.endpoint_name} in {target.region}; "
                "the permission for InvokeEndpoint does not include it.",
            )
        case "endpoint_not_found":
            return (
                f"There is no endpoint {endpoint} in {target.region}.",
                "Check its name, the region and the account; flux-stress list-endpoints shows what there is.",
            )
        case "endpoint_not_in_service":
            return (
                f"The endpoint {endpoint} is not in service.",
                "Wait until its status is InService, or look at its failure reason in the SageMaker console.",
            )
        case "model_refused":
            return f"The model behind {endpoint} refused the stream.", _model_advice(query_string)
        case "throttled":
            return (
                "AWS is throttling: too many requests at once.",
                "Open fewer streams, or more slowly (batch size and delay), or ask for a higher quota.",
            )
        case "aws_internal_error":
            return "The SageMaker service failed internally.", "Try again in a moment."
        case "service_unavailable":
            return (
                f"The endpoint {endpoint} has no capacity at the moment.",
                "Try again in a moment, or with fewer connections; scaling out may be needed.",
            )
        case _:
            return (
                f"AWS refused the request for endpoint {endpoint}.",
                "Check the endpoint's name, its variant and the parameters.",
            )


def optional_parameters(query_string: str) -> list[str]:
    """Names in the query that a server build may not know, in order of appearance, each once."""
    names = (name for name, _ in parse_qsl(query_string, keep_blank_values=True))
    return list(dict.fromkeys(name for name in names if name not in _ALWAYS_KNOWN))


def _model_advice(query_string: str) -> str:
    model = dict(parse_qsl(query_string)).get("model", "")
    advice = f"Check that the endpoint runs {model}" if model else "Check the model's name"
    optional = optional_parameters(query_string)
    if optional:
        advice += f", and try without the parameters that its build may not know: {', '.join(optional)}"
    return advice + ". It also refuses when all its streams are taken; the endpoint's log has the reason."


# ---------------------------------------------------------------- errors inside an open stream


def exception_problem(kind: str, message: str, error_code: str = "") -> Problem:
    """An ``exception`` or ``error`` event that ended an open stream. `kind` is its type on the wire.

    One that speaks of the credentials has their code, as it would have had before the stream was open.
    """
    said = f"It says: {_sentence(_one_line(message))}" if message else "It gave no reason."
    if error_code:
        said += f" ({error_code})"
    if kind == "ModelStreamError":
        return Problem(
            code="model_stream_error",
            what="The model ended the stream with an error.",
            why=said,
            todo="Look at the endpoint's log; a full or restarting endpoint does this.",
        )
    if kind == "InternalStreamFailure":
        return Problem(
            code="internal_stream_failure",
            what="SageMaker broke the stream off because of a failure of its own.",
            why=said,
            todo="Try again.",
        )
    code = classify(Refusal(status=0, name=kind, message=message))
    if code in _CREDENTIAL_TEXTS:
        what, todo = _CREDENTIAL_TEXTS[code]
        return Problem(code=code, what=f"{what} The stream was ended.", why=f"{said} ({kind})", todo=todo)
    return Problem(
        code="unmodelled_stream_error",
        what=f"The service ended the stream with {kind or 'an unnamed error'}.",
        why=said,
        todo="Try again; if it persists, look at the endpoint's log.",
    )


def broken_stream_problem(detail: str) -> Problem:
    """Bytes that are not event-stream frames."""
    return Problem(
        code="stream_garbled",
        what="The service sent something that is not part of the protocol.",
        why=f"Technically: {_sentence(detail)}",
        todo="Try again; if it persists, something between this machine and AWS alters the data.",
    )


def read_exception(payload: bytes) -> tuple[str, str]:
    """Message and error code of an ``exception`` event's JSON; the text itself if it is not JSON."""
    document = _json_object(payload)
    message = _text(document, "Message", "message") or _plain_body(payload, document)
    return message, _text(document, "ErrorCode", "errorCode")


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


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
