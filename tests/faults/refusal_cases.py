"""Rows of the fault matrix in which the service answers a request with an HTTP error."""

from __future__ import annotations

from flux_desktop.cli.exit_codes import ExitCode
from tests.faults.fault_case import COMPLETED, CONNECT_FAILED, Case
from tests.faults.peer_faults import answers
from tests.faults.scripted_conversation import CONNECTING

OK, CREDENTIALS, ENDPOINT = ExitCode.OK, ExitCode.CREDENTIALS, ExitCode.ENDPOINT


def refusals() -> list[Case]:
    """HTTP refusals, each with and without AWS's body and error name."""
    rows: list[tuple[str, int, str, str, str, str, ExitCode, int]] = [
        # what, status, error, message, code with a body, code without, exit, retries
        (
            "400",
            400,
            "ValidationError",
            "Bad value.",
            "request_invalid",
            "request_invalid",
            ExitCode.CONNECTION_FAILED,
            0,
        ),
        (
            "403 signature",
            403,
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided.",
            "signature_refused",
            "forbidden",
            CREDENTIALS,
            0,
        ),
        (
            "403 expired",
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
            "credentials_expired",
            "forbidden",
            CREDENTIALS,
            0,
        ),
        (
            "403 not allowed",
            403,
            "AccessDeniedException",
            "User is not authorized to perform: sagemaker:InvokeEndpointWithBidirectionalStream",
            "access_denied",
            "forbidden",
            CREDENTIALS,
            0,
        ),
        (
            "403 clock skew",
            403,
            "InvalidSignatureException",
            "Signature expired: 20261123T040533Z is now earlier than 20261123T041033Z",
            "clock_skew",
            "forbidden",
            CREDENTIALS,
            0,
        ),
        (
            "404",
            404,
            "ValidationError",
            "Endpoint x not found.",
            "endpoint_not_found",
            "endpoint_not_found",
            ENDPOINT,
            0,
        ),
        (
            "424",
            424,
            "ModelError",
            "Failed to establish WebSocket connection",
            "model_refused",
            "model_refused",
            ExitCode.CONNECTION_FAILED,
            2,
        ),
        ("429", 429, "ThrottlingException", "Rate exceeded", "throttled", "throttled", ExitCode.CONNECTION_FAILED, 2),
        (
            "500",
            500,
            "InternalServerError",
            "Something broke.",
            "aws_internal_error",
            "aws_internal_error",
            ExitCode.CONNECTION_FAILED,
            2,
        ),
        (
            "503",
            503,
            "ServiceUnavailableError",
            "Try later.",
            "service_unavailable",
            "service_unavailable",
            ExitCode.CONNECTION_FAILED,
            2,
        ),
    ]
    cases = []
    for what, status, name, message, with_body, without, exit_code, retries in rows:
        full = answers(status, name, message)
        bare = answers(status, with_body=False)
        cases.append(
            Case(f"{what}, with a body", CONNECTING, CONNECT_FAILED, with_body, exit_code, full, retries=retries)
        )
        cases.append(Case(f"{what}, no body", CONNECTING, CONNECT_FAILED, without, exit_code, bare, retries=retries))
    cases.append(
        Case(
            "424 for all",
            CONNECTING,
            CONNECT_FAILED,
            "model_refused",
            act=answers(424, "ModelError", "Failed to establish WebSocket connection"),
            alone=True,
        )
    )
    cases.append(
        Case(
            "429 that recovers",
            CONNECTING,
            COMPLETED,
            exit=OK,
            act=answers(429, "ThrottlingException"),
            retries=1,
            recovers=True,
        )
    )
    return cases
