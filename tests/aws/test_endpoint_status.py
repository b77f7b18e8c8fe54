"""The statuses are those of the vendor's own service model."""

from __future__ import annotations

import botocore.session

from flux_desktop.aws.endpoint_status import API_SPELLING, SERVING, STATUS_TONES


def test_every_status_of_the_api_has_a_tone_and_a_spelling() -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    assert set(STATUS_TONES) == set(model.shape_for("EndpointStatus").enum)
    assert API_SPELLING["updaterollbackfailed"] == "UpdateRollbackFailed"
    assert set(API_SPELLING.values()) == set(STATUS_TONES)


def test_what_serves_streams_is_never_shown_as_a_failure() -> None:
    assert set(STATUS_TONES) > SERVING
    assert {STATUS_TONES[status] for status in SERVING} == {"ok", "warn"}
