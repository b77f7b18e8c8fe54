"""What people read of each refusal, and the addresses of the regions."""

from __future__ import annotations

import json
from pathlib import Path

import botocore
import pytest

from flux_desktop.aws.errors.answer_texts import optional_parameters
from flux_desktop.aws.errors.errors import (
    CREDENTIAL_CODES,
    ENDPOINT_CODES,
    exception_problem,
    log_location,
    read_refusal,
    refusal_problem,
)
from flux_desktop.aws.target import StreamTarget, runtime_url
from flux_desktop.base.problem import Problem
from tests.aws.hostile_peer import Session, hostile_peer
from tests.aws.streaming import PATIENT, QUERY, open_problem
from tests.aws.throwaway_ca import Authority

TARGET = StreamTarget(endpoint_name="flux-en", region="eu-west-1")


def told(status: int, name: str = "", message: str = "", query: str = QUERY) -> Problem:
    headers = [("x-amzn-ErrorType", f"{name}:http://internal/")] if name else []
    body = json.dumps({"message": message}).encode() if message else b""
    return refusal_problem(read_refusal(status, headers, body), TARGET, query)


@pytest.mark.parametrize(
    ("status", "name", "message", "code"),
    [
        (400, "ValidationError", "Endpoint flux-en of account 1 not found.", "endpoint_not_found"),
        (400, "ValidationError", "Endpoint flux-en is not in service", "endpoint_not_in_service"),
        (400, "InputValidationError", "bad header", "request_invalid"),
        (401, "", "", "credentials_invalid"),
        (403, "", "", "forbidden"),
        (403, "InvalidSignatureException", "The request signature we calculated does not match", "signature_refused"),
        (403, "InvalidSignatureException", "Signature expired: 20261123T is now earlier than", "clock_skew"),
        (403, "ExpiredTokenException", "The security token included in the request is expired", "credentials_expired"),
        (403, "UnrecognizedClientException", "The security token is invalid.", "credentials_invalid"),
        (403, "AccessDeniedException", "User: x is not authorized to perform: y", "access_denied"),
        (404, "", "", "endpoint_not_found"),
        (424, "ModelError", "Failed to establish WebSocket connection", "model_refused"),
        (429, "ThrottlingException", "Rate exceeded", "throttled"),
        (500, "InternalServerError", "oops", "aws_internal_error"),
        (502, "", "", "aws_internal_error"),
        (503, "ServiceUnavailableError", "no capacity", "service_unavailable"),
        (418, "", "", "request_invalid"),
        # Type and status come before text: what a model says is not what AWS says.
        (424, "ModelError", "The licence token has expired", "model_refused"),
        (424, "", "User is not authorized to perform: transcription", "model_refused"),
        (500, "", "worker not in service", "aws_internal_error"),
        (500, "InternalFailure", "The security token included in the request is expired", "aws_internal_error"),
        (503, "", "signature service: endpoint not found", "service_unavailable"),
        (429, "", "token bucket expired", "throttled"),
        (404, "", "signature", "endpoint_not_found"),
        (400, "ValidationException", "tag token has expired", "request_invalid"),
        (429, "ModelNotReadyException", "", "service_unavailable"),
    ],
)
def test_every_refusal_has_its_sentence(status: int, name: str, message: str, code: str) -> None:
    problem = told(status, name, message)
    assert problem.code == code
    assert problem.what.endswith(".")
    assert problem.todo.endswith(".")
    assert name in problem.why
    assert message.rstrip(".") in problem.why
    assert (code in CREDENTIAL_CODES) == (status in (401, 403))
    assert "Sign in" not in problem.todo or code in CREDENTIAL_CODES
    assert (code in ENDPOINT_CODES) == code.startswith("endpoint_")


def test_refused_model_names_what_its_build_may_not_know() -> None:
    problem = told(424, "ModelError", "no", "model=flux-general-en&keyterm=a&keyterm=b&numerals=true")
    assert "flux-general-en" in problem.todo
    assert "keyterm, numerals" in problem.todo
    assert optional_parameters("model=m&encoding=linear16&sample_rate=8000") == []


def test_refused_model_names_the_log_of_its_endpoint() -> None:
    assert "CloudWatch log group /aws/sagemaker/Endpoints/flux-en" in told(424, "ModelError", "no").todo
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/my/group:log-stream:AllTraffic/i-0abc"
    body = json.dumps(
        {"Message": "no", "LogStreamArn": arn, "OriginalMessage": "bad keyterm", "OriginalStatusCode": 400}
    )
    problem = refusal_problem(read_refusal(424, [], body.encode()), TARGET)
    assert "CloudWatch log group /my/group, stream AllTraffic/i-0abc" in problem.todo
    assert "bad keyterm" in problem.why
    assert "/aws/sagemaker/Endpoints/flux-en" in exception_problem("ModelStreamError", "x", "", "flux-en").todo


@pytest.mark.parametrize(
    ("arn", "location"),
    [
        ("", ("", "")),
        ("arn:aws:logs:r:1:log-group:/g:*", ("/g", "")),
        ("arn:aws:logs:r:1:log-group:/g:log-stream:v/i", ("/g", "v/i")),
        ("something else", ("", "")),
    ],
)
def test_log_location(arn: str, location: tuple[str, str]) -> None:
    assert log_location(arn) == location


@pytest.mark.parametrize(("ahead_s", "words"), [(900, "15 min behind"), (-900, "15 min ahead of"), (0, "is wrong")])
def test_a_refused_time_states_how_wrong_the_clock_is(ahead_s: int, words: str) -> None:
    headers = [("x-amzn-ErrorType", "InvalidSignatureException"), ("Date", "Thu, 26 Nov 2026 12:00:00 GMT")]
    body = b'{"message":"Signature not yet current: x is still later than y"}'
    now_s = 1_795_694_400 - ahead_s
    problem = refusal_problem(read_refusal(403, headers, body), TARGET, now_s=now_s)
    assert problem.code == "clock_skew"
    assert words in problem.what


@pytest.mark.parametrize(
    ("kind", "message", "code"),
    [
        ("InvalidSignatureException", "the event's date is too far from the present", "clock_skew"),
        ("InvalidSignatureException", "the event's signature does not match", "signature_refused"),
        ("ExpiredTokenException", "", "credentials_expired"),
        ("ModelStreamError", "The security token has expired", "model_stream_error"),
        ("ValidationException", "x", "unmodelled_stream_error"),
    ],
)
def test_errors_inside_a_stream(kind: str, message: str, code: str) -> None:
    assert exception_problem(kind, message, "", "flux-en").code == code


def test_denied_access_names_the_permission() -> None:
    todo = told(403, "AccessDeniedException", "no").todo
    assert "sagemaker:InvokeEndpointWithBidirectionalStream on endpoint/flux-en in eu-west-1" in todo


@pytest.mark.parametrize("body", [b"", b"<html>Forbidden</html>", b"\xff\xfe", b"[1]", b'{"__type":"a#AccessDenied"}'])
def test_any_body_is_survived(body: bytes) -> None:
    problem = refusal_problem(read_refusal(403, [], body), TARGET)
    assert problem.code in ("forbidden", "access_denied")
    assert "<" not in problem.why


@pytest.mark.parametrize(
    ("status", "headers", "body", "code"),
    [
        (424, {"x_amzn_errortype": "ModelError"}, b'{"Message":"Failed to establish"}', "model_refused"),
        (403, {"x_amzn_errortype": "AccessDeniedException"}, b'{"Message":"no, really"}', "access_denied"),
        (403, {}, b"", "forbidden"),
        (403, {"content_type": "application/json"}, b"not json at all", "forbidden"),
        (429, {"content_type": "application/json"}, b'{"__type":"ThrottlingException","message":"slow"}', "throttled"),
        (503, {"x_amzn_errortype": "ServiceUnavailableError"}, b'{"Message":"later"}', "service_unavailable"),
        (500, {}, b"plain words", "aws_internal_error"),
    ],
)
async def test_refusals_through_the_sdk(
    authority: Authority, status: int, headers: dict[str, str], body: bytes, code: str
) -> None:
    """The SDK drops the text of what it does not model; ours keeps it."""

    async def refuses(session: Session) -> None:
        session.headers(status, end=not body, **headers)
        if body:
            session.data(body, end=True)

    async with hostile_peer(authority, refuses) as peer:
        problem = await open_problem(peer, PATIENT)
    assert problem.code == code
    for words in (b"no, really", b"Failed to establish", b"slow", b"later", b"plain words"):
        assert (words in body) == (words.decode() in problem.why)


@pytest.mark.parametrize(
    ("headers", "body", "why"),
    [
        ([], b"", "The answer gives no reason (HTTP 403)."),
        ([], b"<html>Forbidden</html>", "The answer gives no reason (HTTP 403)."),
        ([], b"Blocked by policy", "The answer says: Blocked by policy (HTTP 403)."),
        ([], b'{"message":"no"}', "The answer says: no (HTTP 403)."),
        ([("x-amzn-RequestId", "1")], b'{"message":"no!"}', "AWS says: no! (HTTP 403)."),
        ([("x-amzn-ErrorType", "AccessDenied")], b"", "AWS gives no reason (HTTP 403, AccessDenied)."),
    ],
)
def test_the_status_is_stated_whatever_the_body_is(headers: list[tuple[str, str]], body: bytes, why: str) -> None:
    assert refusal_problem(read_refusal(403, headers, body), TARGET).why == why


async def test_refusal_whose_body_never_ends(authority: Authority) -> None:
    async def refuses(session: Session) -> None:
        session.headers(424, x_amzn_errortype="ModelError")

    async with hostile_peer(authority, refuses) as peer:
        assert (await open_problem(peer)).code == "model_refused"


def test_addresses_follow_the_partition() -> None:
    assert runtime_url("us-east-1") == "https://runtime.sagemaker.us-east-1.amazonaws.com:8443"
    assert runtime_url("us-gov-west-1") == "https://runtime.sagemaker.us-gov-west-1.amazonaws.com:8443"
    assert StreamTarget(endpoint_name="e", region="us-gov-west-1", fips=True).host.startswith("runtime-fips.sagemaker.")
    partitions = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())["partitions"]
    assert len(partitions) >= 3
    for partition in partitions:
        for region in partition["regions"]:
            if "-global" not in region:
                domain = partition["outputs"]["dnsSuffix"]
                assert runtime_url(region) == f"https://runtime.sagemaker.{region}.{domain}:8443"
                domain = partition["outputs"]["dualStackDnsSuffix"]
                both = runtime_url(region, fips=True, dual_stack=True)
                assert both == f"https://runtime-fips.sagemaker.{region}.{domain}:8443"
