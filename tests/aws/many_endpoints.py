"""An account with 1,107 endpoints, as the control plane lists them: a hundred a page."""

from __future__ import annotations

from typing import Any

MANY, PAGE = 1_107, 100


def page_of_many(query: dict[str, Any]) -> dict[str, Any]:
    """One answer to ListEndpoints."""
    first = int(query.get("NextToken", 0))
    last = min(first + PAGE, MANY)
    endpoints = [
        {
            "EndpointName": f"flux-{number:04d}",
            "EndpointArn": f"arn:aws:sagemaker:us-east-1:1:endpoint/flux-{number:04d}",
            "EndpointStatus": "InService",
            "CreationTime": 1_700_000_000,
            "LastModifiedTime": 1_700_000_100,
        }
        for number in range(first, last)
    ]
    return {"Endpoints": endpoints, **({"NextToken": str(last)} if last < MANY else {})}
