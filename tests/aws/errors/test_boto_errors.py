"""Errors of boto3's calls: by type of exception and by status, never by the words of a server."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as boto

from flux_desktop.aws.errors.answer_texts import Subject
from flux_desktop.aws.errors.boto_errors import call_problem

LIST = Subject(action="sagemaker:ListEndpoints", region="us-east-1", profile="team")
DESCRIBE = Subject(action="sagemaker:DescribeEndpoint", region="us-east-1", endpoint="prod")
URL = "https://api.sagemaker.us-east-1.amazonaws.com/"


def refused(status: int, name: str, message: str, date: str = "") -> boto.ClientError:
    metadata: dict[str, Any] = {"HTTPStatusCode": status, "HTTPHeaders": {"date": date}}
    return boto.ClientError({"Error": {"Code": name, "Message": message}, "ResponseMetadata": metadata}, "Operation")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (boto.EndpointConnectionError(endpoint_url=URL, error="[Errno 111] Connection refused"), "connect_refused"),
        (boto.EndpointConnectionError(endpoint_url=URL, error="Failed to resolve 'api'"), "dns_failure"),
        (boto.ConnectTimeoutError(endpoint_url=URL), "call_timeout"),
        (boto.ReadTimeoutError(endpoint_url=URL), "call_timeout"),
        (boto.SSLError(endpoint_url=URL, error="certificate verify failed"), "tls_untrusted"),
        (boto.ConnectionClosedError(endpoint_url=URL), "connection_lost"),
        (boto.ProxyConnectionError(proxy_url="http://proxy.example:3128", error="refused"), "proxy_unreachable"),
        (boto.ParamValidationError(report="bad"), "aws_call_failed"),
    ],
)
def test_connection_errors(error: Exception, code: str) -> None:
    problem = call_problem(error, LIST)
    assert problem.code == code
    if code == "proxy_unreachable":
        assert "proxy.example:3128" in problem.what
    elif code != "aws_call_failed":
        assert "api.sagemaker.us-east-1.amazonaws.com" in problem.what


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        (
            "('Unable to connect to proxy', OSError('Tunnel connection failed: 407 Proxy Authentication Required'))",
            "The proxy p.example:3128 answered “407 Proxy Authentication Required”.",
        ),
        (
            "('Unable …', NameResolutionError(\"Failed to resolve 'p'\"))",
            "Its name could not be resolved.",
        ),
        ("('Your proxy appears to only use HTTP and not HTTPS, …', SSLError(…))", "It does not use TLS: its address"),
        ("[Errno 111] Connection refused", "It refused the connection."),
        ("something else", "something else."),
    ],
)
def test_why_a_proxy_is_no_way_to_aws_is_said_in_words(cause: str, sentence: str) -> None:
    problem = call_problem(boto.ProxyConnectionError(proxy_url="http://u:p@p.example:3128", error=cause), LIST)
    assert problem.why.lower().startswith(sentence.lower())


@pytest.mark.parametrize(
    ("error", "subject", "code"),
    [
        (refused(400, "ValidationException", 'Could not find endpoint "x".'), DESCRIBE, "endpoint_not_found"),
        (refused(400, "ValidationException", 'Could not find endpoint "x".'), LIST, "request_invalid"),
        (refused(500, "", "worker not in service"), DESCRIBE, "aws_internal_error"),
        (refused(400, "ThrottlingException", "Rate exceeded"), LIST, "throttled"),
        (refused(400, "AccessDeniedException", "no"), LIST, "access_denied"),
    ],
)
def test_answers(error: Exception, subject: Subject, code: str) -> None:
    assert call_problem(error, subject).code == code


def test_an_expired_sign_in_names_the_command_with_the_profile() -> None:
    problem = call_problem(refused(403, "ExpiredTokenException", "expired"), LIST)
    assert "aws sso login --profile team" in problem.todo


def test_a_wrong_clock_is_measured_by_the_answers_date() -> None:
    error = refused(403, "InvalidSignatureException", "Signature expired: x", "Thu, 26 Nov 2026 12:00:00 GMT")
    assert "15 min behind" in call_problem(error, LIST, now_s=1_795_694_400 - 900).what
