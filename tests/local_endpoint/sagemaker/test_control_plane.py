"""The control plane through boto3, with its own signing, paging and parsing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import msgspec
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from flux_desktop.local_endpoint.sagemaker.control_plane import ControlPlane, HttpAnswer, json_error
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import Endpoint

Info = dict[str, Any]


@pytest.fixture
def boto_client(endpoint: Info) -> Callable[..., Any]:
    """A function that makes a boto3 client of the running endpoint."""

    def make(service: str, **changed: str) -> Any:
        keys = {"aws_access_key_id": endpoint["access_key"], "aws_secret_access_key": endpoint["secret_key"]}
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=endpoint["url"],
            verify=endpoint["ca_file"],
            config=Config(retries={"total_max_attempts": 1}),
            **{**keys, **changed},
        )

    return make


def names(pages: list[dict[str, Any]]) -> list[str]:
    return [item["EndpointName"] for page in pages for item in page["Endpoints"]]


def test_listing_pages_filters_and_sorts(boto_client: Callable[..., Any], endpoint: Info) -> None:
    paginator = boto_client("sagemaker").get_paginator("list_endpoints")
    by_name = {"SortBy": "Name", "SortOrder": "Ascending"}
    pages = list(paginator.paginate(PaginationConfig={"PageSize": 3}, **by_name))
    assert [len(page["Endpoints"]) for page in pages] == [3, 3, 1]
    assert names(pages) == sorted(endpoint["endpoints"])
    assert names(list(paginator.paginate()))[0] == "local"
    assert names(list(paginator.paginate(NameContains="multi", **by_name))) == [
        "flux-multi-broken-demo",
        "flux-multi-eval-demo",
    ]
    assert names(list(paginator.paginate(StatusEquals="Creating"))) == ["flux-en-staging-demo"]


def test_descriptions_let_a_browser_see_status_failure_and_model(boto_client: Callable[..., Any]) -> None:
    client = boto_client("sagemaker")
    local = client.describe_endpoint(EndpointName="local")
    assert local["EndpointStatus"] == "InService"
    assert local["ProductionVariants"][0]["CurrentInstanceCount"] == 1
    config = client.describe_endpoint_config(EndpointConfigName=local["EndpointConfigName"])
    (variant,) = config["ProductionVariants"]
    assert variant["InstanceType"] == "ml.g6.2xlarge"
    model = client.describe_model(ModelName=variant["ModelName"])
    assert "flux-multi" in model["PrimaryContainer"]["ModelPackageName"]
    broken = client.describe_endpoint(EndpointName="flux-multi-broken-demo")
    assert (broken["EndpointStatus"], "health check" in broken["FailureReason"]) == ("Failed", True)


@pytest.mark.parametrize(
    ("call", "arguments", "code"),
    [
        ("describe_endpoint", {"EndpointName": "absent"}, "ValidationException"),
        ("list_endpoints", {"NextToken": "invented"}, "ValidationException"),
        ("list_models", {}, "UnknownOperationException"),
    ],
)
def test_errors_have_the_names_that_aws_gives(
    boto_client: Callable[..., Any], call: str, arguments: dict[str, str], code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(boto_client("sagemaker"), call)(**arguments)
    assert caught.value.response["Error"]["Code"] == code


def test_the_caller_is_known_and_a_stranger_is_not(boto_client: Callable[..., Any]) -> None:
    assert boto_client("sts").get_caller_identity()["Account"] == "000000000000"
    for changed, code in (
        ({"aws_secret_access_key": "wrong"}, "InvalidSignatureException"),
        ({"aws_access_key_id": "AKIASTRANGER"}, "UnrecognizedClientException"),
    ):
        with pytest.raises(ClientError) as caught:
            boto_client("sagemaker", **changed).list_endpoints()
        assert caught.value.response["Error"]["Code"] == code


# ---------------------------------------------------------------- without a server

PLANE = ControlPlane(
    {
        name: Endpoint(name=name, status=status)
        for name, status in (("a", "InService"), ("b", "Failed"), ("c", "InService"))
    },
    "eu-west-1",
    1_000_000.0,
    "AK<IA",
)


def listed(**fields: Any) -> dict[str, Any]:
    answer = PLANE.sagemaker("ListEndpoints", msgspec.json.encode(fields))
    assert answer.status == 200, answer.body
    page: dict[str, Any] = msgspec.json.decode(answer.body)
    return page


def test_pages_follow_each_other_without_loss() -> None:
    seen, token = [], {}
    while True:
        page = listed(SortBy="Name", SortOrder="Descending", MaxResults=1, **token)
        seen += [endpoint["EndpointName"] for endpoint in page["Endpoints"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert seen == ["c", "b", "a"]


@pytest.mark.parametrize(
    "fields",
    [
        {"MaxResults": 0},
        {"MaxResults": 101},
        {"StatusEquals": "Sleeping"},
        {"SortBy": "Size"},
        {"SortOrder": "Up"},
        {"NextToken": "%%"},
        {"MaxResults": "ten"},
    ],
    ids=str,
)
def test_requests_out_of_range_are_refused_as_invalid(fields: dict[str, Any]) -> None:
    answer = PLANE.sagemaker("ListEndpoints", msgspec.json.encode(fields))
    assert (answer.status, answer.error) == (400, "ValidationException")


@pytest.mark.parametrize(
    ("operation", "body", "error"),
    [
        ("ListEndpoints", b"{", "ValidationException"),
        ("DescribeEndpoint", b'{"EndpointName":"missing"}', "ValidationException"),
        ("DescribeEndpointConfig", b'{"EndpointConfigName":"a"}', "ValidationException"),
        ("DeleteEndpoint", b'{"EndpointName":"a"}', "UnknownOperationException"),
    ],
)
def test_what_does_not_exist_is_refused(operation: str, body: bytes, error: str) -> None:
    answer = PLANE.sagemaker(operation, body)
    assert (answer.status, answer.error) == (400, error)
    assert msgspec.json.decode(answer.body)["__type"] == error


@pytest.mark.parametrize(
    ("operation", "key", "name"),
    [
        ("DescribeEndpoint", "EndpointName", "a"),
        ("DescribeEndpointConfig", "EndpointConfigName", "a-config"),
        ("DescribeModel", "ModelName", "a-model"),
    ],
)
def test_each_description_is_that_of_the_resource(operation: str, key: str, name: str) -> None:
    answer = PLANE.sagemaker(operation, msgspec.json.encode({key: name}))
    assert (answer.status, answer.error) == (200, "")
    assert msgspec.json.decode(answer.body)[key] == name


def test_the_caller_is_named_in_xml_and_other_calls_are_refused() -> None:
    known = PLANE.sts(b"Action=GetCallerIdentity&Version=2011-06-15")
    assert (known.status, known.content_type) == (200, "text/xml")
    assert b"<UserId>AK&lt;IA</UserId>" in known.body
    unknown = PLANE.sts(b"Action=%3CAssumeRole%3E")
    assert (unknown.status, unknown.error) == (400, "InvalidAction")
    assert b"&lt;AssumeRole&gt;" in unknown.body


def test_an_error_has_its_message_in_both_spellings() -> None:
    answer = json_error(429, "ThrottlingException", "Slow down.")
    assert isinstance(answer, HttpAnswer)
    body = msgspec.json.decode(answer.body)
    assert body["message"] == body["Message"] == "Slow down."
