"""Request routing: streams, the control plane, and the endpoint's own status."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import time
from typing import Any

import msgspec

from flux_desktop.aws.wire.sigv4 import SignatureRefused, SignedRequest, verify_request
from flux_desktop.local_endpoint.faults.connection_reset import reset_connection
from flux_desktop.local_endpoint.faults.fault_actions import EXPIRED
from flux_desktop.local_endpoint.http.endpoint_state import EndpointState
from flux_desktop.local_endpoint.http.http_stream import HttpRefusal, StreamServer, check_request
from flux_desktop.local_endpoint.sagemaker.control_plane import ControlPlane, HttpAnswer, json_error

log = logging.getLogger(__name__)

_STREAM_PATH = "/invocations-bidirectional-stream"
_MAX_BODY_BYTES = 1024 * 1024


class Routes:
    """The RSGI application. Every stream is a task of `group`."""

    def __init__(self, state: EndpointState, group: asyncio.TaskGroup) -> None:
        self._state = state
        self._group = group
        scaled = dict.fromkeys(state.scaled, state.instances)
        self._control = ControlPlane(state.endpoints, state.region, state.started_epoch_s, state.access_key, scaled)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Called by the server for each request; a failure in one request does not affect others."""
        path = scope.path
        if scope.method == "POST" and path.startswith("/endpoints/") and path.endswith(_STREAM_PATH):
            task = self._group.create_task(self._stream(scope, protocol), name=f"stream {scope.client}")
            await asyncio.wait({task})
        elif scope.method == "GET" and path == "/local/status":
            _answer(protocol, self._status(scope))
        elif scope.method == "POST" and path == "/":
            _answer(protocol, self._call(scope, await _body(protocol)))
        else:
            _answer(protocol, json_error(404, "UnknownOperationException", f"There is no resource {path}."))

    async def _stream(self, scope: Any, protocol: Any) -> None:
        name = scope.path.removeprefix("/endpoints/").removesuffix(_STREAM_PATH)
        peer_port = int(scope.client.rpartition(":")[2])
        if self._state.faults.has("die-before-headers"):
            reset_connection(peer_port)
            return
        try:
            verifier, options = check_request(self._state, name, scope.path, _headers(scope), scope.query_string)
        except HttpRefusal as refusal:
            log.info("A stream to %s was refused: %s", name, refusal.answer.error)
            _answer(protocol, refusal.answer)
            return
        try:
            await StreamServer(self._state, verifier, options, peer_port).serve(protocol)
        except Exception:  # boundary: an error in one stream must not end the others
            log.exception("Internal error in a stream to %s.", name)

    def _status(self, scope: Any) -> HttpAnswer:
        try:
            self._verified(scope, b"", ("sagemaker",))
        except SignatureRefused as error:
            return json_error(403, error.code, error.message)
        return HttpAnswer(200, "application/json", msgspec.json.encode(self._state.status()))

    def _call(self, scope: Any, body: bytes) -> HttpAnswer:
        try:
            signed = self._verified(scope, body, ("sagemaker", "sts", "application-autoscaling", "monitoring"))
        except SignatureRefused as error:
            return json_error(403, error.code, error.message)
        if self._state.faults.has("expired-token"):
            return json_error(403, "ExpiredTokenException", EXPIRED)
        if signed.service == "sts":
            return self._control.sts(body)
        operation, now_s = _headers(scope).get("x-amz-target", "").rpartition(".")[2], time.time()
        if signed.service != "sagemaker":
            return self._control.scaling(signed.service, operation, body, now_s)
        return self._control.sagemaker(operation, body, now_s)

    def _verified(self, scope: Any, body: bytes, services: tuple[str, ...]) -> SignedRequest:
        """The signature of a request with a complete body. Raises `SignatureRefused`."""
        return verify_request(
            method=scope.method,
            path=scope.path,
            query=scope.query_string,
            headers=_headers(scope),
            payload_hash=hashlib.sha256(body).hexdigest(),
            secret_of=self._state.secret_key_of,
            now_epoch_s=time.time(),
            services=services,
        )


def _headers(scope: Any) -> dict[str, str]:
    """Headers by lower-case name; `host` is the authority, which an HTTP/2 client signs in its place."""
    headers = {name.lower(): value for name, value in scope.headers.items()}
    if scope.authority:
        headers["host"] = scope.authority
    return headers


async def _body(protocol: Any) -> bytes:
    parts, size = [], 0
    async for data in protocol:
        size += len(data)
        if size <= _MAX_BODY_BYTES:
            parts.append(data)
    return b"".join(parts)


def _answer(protocol: Any, answer: HttpAnswer) -> None:
    headers = [("content-type", answer.content_type), ("x-amzn-requestid", os.urandom(8).hex())]
    if answer.error:
        headers.append(("x-amzn-errortype", answer.error))
    protocol.response_bytes(answer.status, headers, answer.body)
