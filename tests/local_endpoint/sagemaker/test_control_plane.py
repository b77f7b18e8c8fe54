"""The control plane through boto3, with its own signing, paging and parsing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

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
