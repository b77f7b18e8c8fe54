"""Which request goes where: streams, the control plane, and a look at the endpoint itself."""

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
from flux_desktop.local_endpoint.http.endpoint_state import EndpointState
from flux_desktop.local_endpoint.http.http_stream import HttpRefusal, StreamServer, check
from flux_desktop.local_endpoint.sagemaker.control_plane import Answer, ControlPlane, json_error

log = logging.getLogger(__name__)

_STREAM_PATH = "/invocations-bidirectional-stream"
_MAX_BODY_BYTES = 1024 * 1024


class Routes:
    """Sends each request where it belongs. Every stream is a task of `group`."""

    def __init__(self, service: EndpointState, group: asyncio.TaskGroup) -> None:
        self._service = service
        self._group = group
        self._control = ControlPlane(service.endpoints, service.region, service.started_epoch_s, service.access_key)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Called by the server for each request; never raises, so that one request cannot hurt another."""
        path = scope.path
        if scope.method == "POST" and path.startswith("/endpoints/") and path.endswith(_STREAM_PATH):
            task = self._group.create_task(self._stream(scope, protocol), name=f"stream {scope.client}")
            await asyncio.wait({task})
        elif scope.method == "GET" and path == "/local/status":
            _answer(protocol, self._status(scope))
        elif scope.method == "POST" and path == "/":
            _answer(protocol, self._call(scope, await _body(protocol)))
        else:
            _answer(protocol, json_error(404, "UnknownOperationException", f"Nothing is at {path}."))

    async def _stream(self, scope: Any, protocol: Any) -> None:
        name = scope.path.removeprefix("/endpoints/").removesuffix(_STREAM_PATH)
        peer_port = int(scope.client.rpartition(":")[2])
        if self._service.faults.has("die-before-headers"):
            reset_connection(peer_port)
            return
        try:
            verifier, options = check(self._service, name, scope.path, _headers(scope), scope.query_string)
        except HttpRefusal as refusal:
            log.info("A stream to %s was refused: %s", name, refusal.answer.error)
            _answer(protocol, refusal.answer)
            return
        try:
            await StreamServer(self._service, verifier, options, peer_port).serve(protocol)
        except Exception:  # the border: one broken stream must not end the others
            log.exception("A stream broke on a fault of the endpoint.")

    def _status(self, scope: Any) -> Answer:
        try:
            self._verified(scope, b"", ("sagemaker",))
        except SignatureRefused as error:
            return json_error(403, error.code, error.message)
        return Answer(200, "application/json", msgspec.json.encode(self._service.status()))

    def _call(self, scope: Any, body: bytes) -> Answer:
        try:
            signed = self._verified(scope, body, ("sagemaker", "sts"))
        except SignatureRefused as error:
            return json_error(403, error.code, error.message)
        if self._service.faults.has("expired-token"):
            message = "The security token included in the request is expired"
            return json_error(403, "ExpiredTokenException", message)
        if signed.service == "sts":
            return self._control.sts(body)
        return self._control.sagemaker(_headers(scope).get("x-amz-target", "").rpartition(".")[2], body)

    def _verified(self, scope: Any, body: bytes, services: tuple[str, ...]) -> SignedRequest:
        """Who signed a request that came whole. Raises `SignatureRefused`."""
        return verify_request(
            method=scope.method,
            path=scope.path,
            query=scope.query_string,
            headers=_headers(scope),
            payload_hash=hashlib.sha256(body).hexdigest(),
            secret_of=self._service.secret_of,
            now_epoch_s=time.time(),
            services=services,
        )


def _headers(scope: Any) -> dict[str, str]:
    """Header names in lower case; `host` is the authority that an HTTP/2 client signs."""
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


def _answer(protocol: Any, answer: Answer) -> None:
    headers = [("content-type", answer.content_type), ("x-amzn-requestid", os.urandom(8).hex())]
    if answer.error:
        headers.append(("x-amzn-errortype", answer.error))
    protocol.response_bytes(answer.status, headers, answer.body)
