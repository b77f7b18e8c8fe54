"""Errors of boto3, translated once: from its credential sources, its connections and the services' answers."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from flux_desktop.aws.errors.answer_texts import Subject, answer_problem
from flux_desktop.aws.errors.connect_errors import Address, connect_problem
from flux_desktop.aws.errors.errors import Refusal, as_sentence, classify, http_date_s, refusal_reason
from flux_desktop.base.problem import Problem

_CONNECTION_ERRORS = (boto.HTTPClientError, boto.ConnectionError, boto.EndpointConnectionError)
_TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: (\d{3}[^'\")]*)")
_PROXY_CAUSES = (
    ("refused", "It refused the connection."),
    ("resolve", "Its name could not be resolved."),
    ("timed out", "It did not answer in time."),
    ("only use HTTP", "It does not use TLS: its address begins with http://, not https://."),
    ("certificate", "Its certificate is not trusted."),
)
#: What boto3, and reading what it returns, raises for an answer of another form than AWS's.
UNREADABLE = (ResponseParserError, LookupError, TypeError, AttributeError)
OTHER_ANSWERED = "something else has answered, such as a proxy or a sign-in page of the network."
OTHER_ANSWERED_TODO = "Sign in to the network, check HTTPS_PROXY and AWS_ENDPOINT_URL, then try again."


def call_problem(error: Exception, subject: Subject, now_s: float | None = None) -> Problem:
    """Why a call of an AWS service failed. `now_s`: this machine's time since 1970, to compare with AWS's."""
    if isinstance(error, boto.ClientError):
        return _answer_problem(error, subject, now_s)
    if isinstance(error, _CONNECTION_ERRORS):
        return connection_problem(error, subject.region)
    return Problem(
        code="aws_call_failed",
        what=f"{subject.action} failed in {subject.region}.",
        why=error_text(error),
        todo="Check the region and the endpoint address.",
    )


def unreadable_answer(error: Exception, subject: Subject) -> Problem:
    """A call was answered with success, but not in the form of AWS: `error` is one of `UNREADABLE`."""
    defect = f"It has no “{error.args[0]}”" if isinstance(error, KeyError) and error.args else "It cannot be read"
    return Problem(
        code="aws_call_failed",
        what=f"The answer to {subject.action} in {subject.region} is not in AWS's format.",
        why=f"{defect}: {OTHER_ANSWERED}",
        todo=OTHER_ANSWERED_TODO,
    )


def connection_problem(error: Exception, region: str = "") -> Problem:
    """Why boto3 could not reach a service, from the type of its exception."""
    details: dict[str, Any] = getattr(error, "kwargs", {})
    parts = urlsplit(str(details.get("endpoint_url", "")))
    address = Address(parts.hostname or (f"AWS in {region}" if region else "AWS"), _port(parts.netloc) or 443)
    match error:
        case boto.SSLError():
            return connect_problem("tls_untrusted", address, error_text(error))
        case boto.ProxyConnectionError():
            parts = urlsplit(str(details.get("proxy_url", "")))
            proxy = Address(parts.hostname or "", _port(parts.netloc) or 80)
            if answer := _TUNNEL_REFUSED.search(_cause(error)):
                return connect_problem("proxy_failed", address, f"The proxy {proxy} answered “{answer[1].strip()}”.")
            return connect_problem("proxy_unreachable", proxy, _proxy_cause(error))
        case boto.ConnectTimeoutError() | boto.ReadTimeoutError():
            return connect_problem("call_timeout", address, "the time limit")
        case boto.EndpointConnectionError():
            return connect_problem(_endpoint_error_code(error), address, error_text(error))
        case _:
            return connect_problem("connection_lost", address, error_text(error).rstrip("."))


def error_text(error: BaseException) -> str:
    """The message of an exception on one line, as a sentence of at most 300 characters."""
    text = " ".join(str(error).split())[:300] or type(error).__name__
    return as_sentence(text)


def read_answer(error: boto.ClientError) -> Refusal:
    """The error answer that a `ClientError` holds."""
    answer: dict[str, Any] = error.response
    metadata: dict[str, Any] = answer.get("ResponseMetadata", {})
    details: dict[str, Any] = answer.get("Error", {})
    return Refusal(
        status=int(metadata.get("HTTPStatusCode", 0) or 0),
        name=str(details.get("Code", "")),
        message=" ".join(str(details.get("Message", "")).split()),
        server_time_s=http_date_s(str(metadata.get("HTTPHeaders", {}).get("date", ""))),
    )


def _answer_problem(error: boto.ClientError, subject: Subject, now_s: float | None) -> Problem:
    answer = read_answer(error)
    offset_s = None if now_s is None or answer.server_time_s is None else answer.server_time_s - now_s
    code = classify(answer)
    if code in ("endpoint_not_found", "endpoint_not_in_service") and not subject.endpoint:
        code = "request_invalid"
    return answer_problem(code, subject, refusal_reason(answer), offset_s)


def _endpoint_error_code(error: Exception) -> str:
    cause = f"{error} {_cause(error)}".lower()
    if "refused" in cause:
        return "connect_refused"
    return "dns_failure" if "resolve" in cause or "name" in cause else "connection_lost"


def _proxy_cause(error: Exception) -> str:
    cause = _cause(error)
    return next((sentence for sign, sentence in _PROXY_CAUSES if sign in cause), as_sentence(cause))


def _cause(error: Exception) -> str:
    """What the HTTP library says behind boto3's sentence."""
    cause = getattr(error, "kwargs", {}).get("error")
    return " ".join(str(cause or error).split())[:300]


def _port(netloc: str) -> int | None:
    """The port of an address; None if it has none or an invalid one."""
    number = netloc.rpartition(":")[2]
    return int(number) if number.isdecimal() else None
