"""The endpoints of the built-in control plane, and those added on the command line."""

from __future__ import annotations

import botocore.session
import pytest

from flux_desktop.aws.endpoint_status import STATUS_TONES
from flux_desktop.base.problem import ProblemError
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import DEMO_ENDPOINTS, description, with_extra


def test_every_status_can_be_added_and_an_endpoint_without_one_is_in_service() -> None:
    endpoints = with_extra([*(f"e-{number}={status}" for number, status in enumerate(STATUS_TONES)), "plain"])
    assert len(endpoints) == len(DEMO_ENDPOINTS) + len(STATUS_TONES) + 1
    assert [endpoints[f"e-{number}"].status for number in range(len(STATUS_TONES))] == list(STATUS_TONES)
    assert endpoints["plain"].status == "InService"


def test_one_of_the_same_name_replaces_a_demonstration_endpoint() -> None:
    assert with_extra(["local=Failed"])["local"].failure


@pytest.mark.parametrize("name", ["a", "A-1", "a" * 63, "9lives"])
def test_names_that_sagemaker_allows(name: str) -> None:
    assert name in with_extra([name])


@pytest.mark.parametrize(
    "text", ["", "=InService", "a--b", "-a", "a-", "a_b", "ä", "a" * 64, "a b", "x=inservice", "x=Y=Z"]
)
def test_what_cannot_be_added_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        with_extra([text])
    assert refused.value.problem.code == "endpoint_invalid"
    assert repr(text) in refused.value.problem.what


def test_names_follow_the_pattern_of_the_api() -> None:
    shape = botocore.session.get_session().get_service_model("sagemaker").shape_for("EndpointName")
    assert shape.metadata["max"] == 63


@pytest.mark.parametrize(
    ("status", "running"), [("InService", 2), ("Updating", 2), ("OutOfService", 0), ("Deleting", 0)]
)
def test_only_an_endpoint_that_serves_has_running_instances(status: str, running: int) -> None:
    endpoint = with_extra([f"e={status}"])["e"]
    endpoint = type(endpoint)(name="e", status=status, instances=2)
    (variant,) = description(endpoint, "us-east-1", 1e9)["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (running, 2)


@pytest.mark.parametrize("status", ["Creating", "Failed"])
def test_an_endpoint_that_never_ran_has_no_variants(status: str) -> None:
    endpoint = with_extra([f"e={status}"])["e"]
    answer = description(endpoint, "us-east-1", 1e9)
    assert "ProductionVariants" not in answer
    assert ("FailureReason" in answer) == (status == "Failed")
