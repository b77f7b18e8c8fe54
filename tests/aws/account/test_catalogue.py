"""The control plane through boto3: lists, details, identity, and the sentences of its errors."""

from __future__ import annotations

from typing import Any

import pytest

from flux_desktop.aws.account.catalogue import (
    Access,
    caller_identity,
    describe_endpoint,
    list_endpoints,
    profiles,
    regions,
)
from flux_desktop.aws.account.endpoint_details import likely_flux_model
from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem, ProblemError
from tests.aws.control_plane_stub import ControlPlane, control_plane

KEYS = Credentials(access_key="AKIDEXAMPLE", secret_key="x" * 40)
PACKAGE = "arn:aws:sagemaker:us-east-1:865070037744:model-package/deepgram-flux-multi-20260417"


def access(plane: ControlPlane) -> Access:
    return Access(region="us-east-1", endpoint_url=plane.url, credentials=KEYS)


def entry(name: str, status: str = "InService") -> dict[str, Any]:
    arn = f"arn:aws:sagemaker:us-east-1:1:endpoint/{name}"
    return {
        "EndpointName": name,
        "EndpointArn": arn,
        "EndpointStatus": status,
        "CreationTime": 1_700_000_000,
        "LastModifiedTime": 1_700_000_100,
    }


def pages(query: dict[str, Any]) -> dict[str, Any]:
    first = int(query.get("NextToken", 0))
    more = {"NextToken": str(first + 2)} if first < 4 else {}
    return {"Endpoints": [entry(f"e{first}"), entry(f"e{first + 1}", "RollingBack")], **more}


def refused_with(name: str, message: str, status: int = 400) -> Any:
    return lambda _: (status, {"__type": name, "Message": message})


def problem_of(call: Any, *args: Any, **options: Any) -> Problem:
    with pytest.raises(ProblemError) as caught:
        call(*args, **options)
    return caught.value.problem


def test_all_pages_are_read() -> None:
    with control_plane(ListEndpoints=pages) as plane:
        summaries = list_endpoints(access(plane), name_contains="e")
        assert [summary.name for summary in summaries] == [f"e{n}" for n in range(6)]
        assert summaries[0].modified_s - summaries[0].created_s == 100
        assert [query.get("NameContains") for _, query in plane.asked] == ["e"] * 3


@pytest.mark.parametrize("content", ["<html>Sign in</html>", "{}", "[]"])
def test_an_answer_of_something_else_than_aws_is_a_problem(content: str) -> None:
    operations = ("ListEndpoints", "DescribeEndpoint", "GetCallerIdentity")
    with control_plane(**dict.fromkeys(operations, lambda _: content)) as plane:
        problems = [
            problem_of(list_endpoints, access(plane)),
            problem_of(describe_endpoint, access(plane), "prod"),
            problem_of(caller_identity, access(plane)),
        ]
    for operation, problem in zip(operations, problems, strict=True):
        assert f":{operation} in us-east-1 is not in AWS's format" in problem.what
        assert "proxy" in problem.why


def test_a_page_of_a_proxy_states_its_status_once() -> None:
    with control_plane(ListEndpoints=lambda _: (502, "<html>Bad Gateway</html>")) as plane:
        assert problem_of(list_endpoints, access(plane)).why == "The answer says: Bad Gateway (HTTP 502)."


def test_status_is_sent_in_the_spelling_of_the_api() -> None:
    with control_plane(ListEndpoints=lambda _: {"Endpoints": []}) as plane:
        assert list_endpoints(access(plane), status="rollingback") == []
        assert plane.asked[0][1]["StatusEquals"] == "RollingBack"


def test_details() -> None:
    endpoint = entry("prod", "Updating") | {
        "EndpointConfigName": "prod-config",
        "FailureReason": "none",
        "ProductionVariants": [
            {
                "VariantName": "AllTraffic",
                "CurrentWeight": 1.0,
                "CurrentInstanceCount": 1,
                "DesiredInstanceCount": 2,
                "VariantStatus": [{"Status": "Updating", "StatusMessage": "rolling out", "StartTime": 0}],
            }
        ],
    }
    config = {
        "EndpointConfigName": "prod-config",
        "EndpointConfigArn": "arn",
        "CreationTime": 0,
        "ProductionVariants": [
            {"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.g6.2xlarge", "InitialInstanceCount": 1}
        ],
    }
    model = {"ModelName": "m", "ModelArn": "arn", "CreationTime": 0, "PrimaryContainer": {"ModelPackageName": PACKAGE}}
    with control_plane(
        DescribeEndpoint=lambda _: endpoint, DescribeEndpointConfig=lambda _: config, DescribeModel=lambda _: model
    ) as plane:
        details = describe_endpoint(access(plane), "prod")
    variant = details.variants[0]
    assert (variant.instance_type, variant.instances, variant.instances_wanted) == ("ml.g6.2xlarge", 1, 2)
    assert (variant.model_package, variant.status_text) == (PACKAGE, "rolling out")
    assert details.likely_model == "flux-general-multi"
    assert details.streams_possible
    assert details.notes == ()


def test_details_without_the_permission_for_them() -> None:
    endpoint = entry("flux-en-prod") | {"EndpointConfigName": "c", "AsyncInferenceConfig": {"OutputConfig": {}}}
    with control_plane(DescribeEndpoint=lambda _: endpoint) as plane:
        details = describe_endpoint(access(plane), "flux-en-prod")
    assert "sagemaker:DescribeEndpointConfig" in details.notes[0]
    assert details.likely_model == "flux-general-en"
    assert not details.streams_possible


def test_identity() -> None:
    answer = (
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::42:user/me</Arn><UserId>u</UserId>"
        "<Account>42</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
    with control_plane(GetCallerIdentity=lambda _: answer) as plane:
        assert caller_identity(access(plane)).arn == "arn:aws:iam::42:user/me"


@pytest.mark.parametrize(
    ("name", "message", "code"),
    [
        ("AccessDeniedException", "User is not authorized to perform: sagemaker:ListEndpoints", "access_denied"),
        ("ExpiredTokenException", "The security token included in the request is expired", "credentials_expired"),
        ("UnrecognizedClientException", "The security token included in the request is invalid", "credentials_invalid"),
        ("InvalidSignatureException", "Signature expired: 1 is now earlier than 2", "clock_skew"),
        ("InvalidSignatureException", "The request signature we calculated does not match", "signature_refused"),
    ],
)
def test_refusals(name: str, message: str, code: str) -> None:
    with control_plane(ListEndpoints=refused_with(name, message)) as plane:
        problem = problem_of(list_endpoints, access(plane))
    assert problem.code == code
    assert name in problem.why
    if code == "access_denied":
        assert "sagemaker:ListEndpoints" in problem.todo


def test_endpoint_that_does_not_exist() -> None:
    message = 'Could not find endpoint "arn:aws:sagemaker:us-east-1:1:endpoint/nope".'
    with control_plane(DescribeEndpoint=refused_with("ValidationException", message)) as plane:
        problem = problem_of(describe_endpoint, access(plane), "nope")
    assert problem.code == "endpoint_not_found"
    assert "nope" in problem.what


def test_no_one_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses_s: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses_s.append)
    with control_plane() as plane:
        pass
    problem = problem_of(list_endpoints, access(plane))
    assert problem.code == "connect_refused"
    assert sum(pauses_s) < 10, "it is not tried for long"


def test_unusable_address_and_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    unusable = Access(region="us-east-1", endpoint_url="not a url", credentials=KEYS)
    assert problem_of(list_endpoints, unusable).code == "aws_call_failed"
    assert problem_of(list_endpoints, Access(region="us-east-1", profile="nobody")).code == "profile_not_found"
    assert problem_of(list_endpoints, Access(region="us-east-1")).code == "credentials_missing"


@pytest.mark.parametrize(
    ("names", "model"),
    [
        ([PACKAGE], "flux-general-multi"),
        (["", "flux-english-20260311"], "flux-general-en"),
        (["nova-3-en", "my-flux_en.v2"], "flux-general-en"),
        (["flux-demo"], None),
        (["fluxmulti"], None),
        ([], None),
    ],
)
def test_model_guess(names: list[str], model: str | None) -> None:
    assert likely_flux_model(names) == model


def test_regions_and_profiles() -> None:
    known = regions()
    assert {"us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1"} <= set(known)
    assert profiles() == []
