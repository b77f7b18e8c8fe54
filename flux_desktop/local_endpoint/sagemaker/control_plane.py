"""The operations of SageMaker's and STS's control planes that this program calls, as pure functions.

SageMaker, Application Auto Scaling and CloudWatch use JSON with the operation in ``X-Amz-Target``, STS the older query
protocol with XML answers.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import msgspec

from flux_desktop.aws.endpoint_status import STATUS_TONES
from flux_desktop.local_endpoint.sagemaker import demo_endpoints, scaling_api
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import Endpoint
from flux_desktop.local_endpoint.sagemaker.instances import InstanceGroup

JSON_TYPE = "application/x-amz-json-1.1"


class HttpAnswer(NamedTuple):
    """A complete HTTP answer; `error` is the error's name, empty on success."""

    status: int
    content_type: str
    body: bytes
    error: str = ""


class ListEndpoints(msgspec.Struct, rename="pascal"):
    """The ``ListEndpoints`` request, with SageMaker's defaults."""

    sort_by: str = "CreationTime"
    sort_order: str = "Descending"
    next_token: str | None = None
    max_results: int = 10
    name_contains: str | None = None
    status_equals: str | None = None


class ControlPlane:
    """Answers for the endpoints of one process; those of `groups` have instances that scale."""

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        region: str,
        started_epoch_s: float,
        access_key: str,
        groups: Mapping[str, InstanceGroup] | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._region = region
        self._started_epoch_s = started_epoch_s
        self._access_key = access_key
        self._groups = groups or {}

    def sagemaker(self, operation: str, body: bytes, now_s: float = 0.0) -> HttpAnswer:
        """One JSON call; unknown operations and names get the errors that AWS gives. `now_s`: seconds since 1970."""
        try:
            fields = msgspec.json.decode(body or b"{}", type=dict[str, Any])
            if operation == "ListEndpoints":
                return _ok(self._list(msgspec.convert(fields, ListEndpoints)))
            answer = self._describe(operation, fields, now_s)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            return json_error(400, "ValidationException", str(error))
        if answer is None:
            return json_error(400, "UnknownOperationException", f"{operation} is not supported here.")
        return answer

    def scaling(self, service: str, operation: str, body: bytes, now_s: float) -> HttpAnswer:
        """One JSON call of Application Auto Scaling, or of CloudWatch (``monitoring``)."""
        call = scaling_api.cloudwatch if service == "monitoring" else scaling_api.scaling
        try:
            fields = msgspec.json.decode(body or b"{}", type=dict[str, Any])
            answer = call(operation, fields, self._groups, self._region, now_s)
        except (msgspec.DecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
            return json_error(400, "ValidationException", str(error))
        if answer is None:
            return json_error(400, "UnknownOperationException", f"{operation} is not supported here.")
        return _ok(answer)

    def sts(self, body: bytes) -> HttpAnswer:
        """``GetCallerIdentity``, the one call that needs no permission."""
        action = parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
        if action != "GetCallerIdentity":
            return _xml(
                400,
                f"<ErrorResponse><Error><Code>InvalidAction</Code><Message>{_escape(action)} is "
                "not offered here.</Message></Error></ErrorResponse>",
            )
        arn = f"arn:aws:iam::{demo_endpoints.ACCOUNT}:user/local-endpoint"
        return _xml(
            200,
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            f"<GetCallerIdentityResult><Arn>{arn}</Arn><UserId>{_escape(self._access_key)}</UserId>"
            f"<Account>{demo_endpoints.ACCOUNT}</Account></GetCallerIdentityResult>"
            "<ResponseMetadata><RequestId>local</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
        )

    def _describe(self, operation: str, fields: dict[str, Any], now_s: float) -> HttpAnswer | None:
        describe: Callable[[Endpoint, str, float], dict[str, Any]]
        if operation == "DescribeEndpoint":
            key, suffix, kind, describe = "EndpointName", "", "endpoint", demo_endpoints.description
        elif operation == "DescribeEndpointConfig":
            key, suffix, kind = "EndpointConfigName", "-config", "endpoint configuration"
            describe = demo_endpoints.config_description
        elif operation == "DescribeModel":
            key, suffix, kind, describe = "ModelName", "-model", "model", demo_endpoints.model_description
        else:
            return None
        name = str(fields.get(key, ""))
        endpoint = self._endpoints.get(name.removesuffix(suffix)) if name.endswith(suffix) else None
        if endpoint is None:
            return json_error(400, "ValidationException", f'Could not find {kind} "{name}".')
        answer = describe(endpoint, self._region, self._started_epoch_s)
        group = self._groups.get(endpoint.name)
        if operation == "DescribeEndpoint" and group is not None:
            demo_endpoints.count_instances(answer, group.running(now_s), group.desired)
        return _ok(answer)

    def _list(self, request: ListEndpoints) -> dict[str, Any]:
        if not 1 <= request.max_results <= 100:
            raise ValueError("MaxResults must be from 1 to 100.")
        if request.status_equals is not None and request.status_equals not in STATUS_TONES:
            raise ValueError(f"StatusEquals must be one of {', '.join(STATUS_TONES)}.")
        keys = {"Name": "EndpointName", "CreationTime": "CreationTime", "Status": "EndpointStatus"}
        if request.sort_by not in keys or request.sort_order not in {"Ascending", "Descending"}:
            raise ValueError("SortBy or SortOrder has an unknown value.")
        matches = [
            demo_endpoints.summary(endpoint, self._region, self._started_epoch_s)
            for endpoint in self._endpoints.values()
            if (request.name_contains or "").lower() in endpoint.name.lower()
            and request.status_equals in (None, endpoint.status)
        ]
        key = keys[request.sort_by]
        matches.sort(key=lambda item: (item[key], item["EndpointName"]), reverse=request.sort_order == "Descending")
        start = _position(request.next_token)
        page: dict[str, Any] = {"Endpoints": matches[start : start + request.max_results]}
        if start + request.max_results < len(matches):
            page["NextToken"] = base64.b64encode(str(start + request.max_results).encode()).decode()
        return page


def json_error(status: int, name: str, message: str) -> HttpAnswer:
    """An error answer of the JSON protocols."""
    body = msgspec.json.encode({"__type": name, "message": message, "Message": message})
    return HttpAnswer(status, JSON_TYPE, body, name)


def _position(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        raise ValueError("NextToken is not valid.") from None


def _ok(body: dict[str, Any]) -> HttpAnswer:
    return HttpAnswer(200, JSON_TYPE, msgspec.json.encode(body))


def _xml(status: int, body: str) -> HttpAnswer:
    return HttpAnswer(status, "text/xml", body.encode(), "" if status == 200 else "InvalidAction")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
