"""An HTTP/2 client on the h2 library and a blocking socket, independent of the SDK: it can also send invalid data."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import h2.config
import h2.connection
import h2.events

from flux_desktop.aws.wire.event_signatures import EventSigner
from flux_desktop.aws.wire.event_stream import Frame, FrameDecoder, payload_part
from flux_desktop.aws.wire.sigv4 import STREAMING_PAYLOAD, amz_date, canonical_request, request_signature, scope
from tests.waiting import PATIENCE_S

QUERY = "model=flux-general-en&encoding=linear16&sample_rate=16000"
Message = dict[str, Any]


class Keys(NamedTuple):
    """What a request is signed with."""

    access_key: str
    secret_key: str
    region: str = "us-east-1"


def stream_path(endpoint: str) -> str:
    """The path of a stream's request."""
    return f"/endpoints/{endpoint}/invocations-bidirectional-stream"


def signed_stream_headers(
    endpoint: str,
    host: str,
    keys: Keys,
    query: str = QUERY,
    model_path: str = "v2/listen",
    signed_at_s: float | None = None,
) -> tuple[dict[str, str], EventSigner]:
    """The headers of a stream's request, and the signer of its events."""
    stamp = amz_date(int(signed_at_s if signed_at_s is not None else time.time()))
    headers = {
        "content-type": "application/vnd.amazon.eventstream",
        "host": host,
        "x-amz-content-sha256": STREAMING_PAYLOAD,
        "x-amz-date": stamp,
        "x-amzn-sagemaker-model-invocation-path": model_path,
        "x-amzn-sagemaker-model-query-string": query,
    }
    names = sorted(headers)
    canonical = canonical_request("POST", stream_path(endpoint), "", headers, names, STREAMING_PAYLOAD)
    seed = request_signature(keys.secret_key, stamp, keys.region, "sagemaker", canonical)
    where = scope(stamp[:8], keys.region, "sagemaker")
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={keys.access_key}/{where}, SignedHeaders={';'.join(names)}, Signature={seed}"
    )
    return headers, EventSigner(keys.secret_key, keys.region, seed)


class WireClient:
    """One TCP connection with one stream on it. Use as a context manager."""

    def __init__(
        self,
        info: dict[str, Any],
        *,
        query: str = QUERY,
        endpoint: str = "local",
        keys: Keys | None = None,
        signed_at_s: float | None = None,
        changed: dict[str, str] | None = None,
        model_path: str = "v2/listen",
        tls: ssl.TLSVersion | None = None,
    ) -> None:
        """`changed` replaces headers after signing; `tls` is the only version offered."""
        address = urlsplit(info["url"])
        context = ssl.create_default_context(cafile=info["ca_file"])
        context.set_alpn_protocols(["h2"])
        if tls is not None:
            context.minimum_version = context.maximum_version = tls
        raw = socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S)
        self._socket = context.wrap_socket(raw, server_hostname=address.hostname)
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self._decoder = FrameDecoder()
        self.tls_version = self._socket.version()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.frames: list[Frame] = []
        self.ended = self.reset = False
        self._h2.initiate_connection()
        self._request(
            endpoint, query, model_path, keys or Keys(info["access_key"], info["secret_key"]), signed_at_s, changed
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _request(
        self,
        endpoint: str,
        query: str,
        model_path: str,
        keys: Keys,
        signed_at_s: float | None,
        changed: dict[str, str] | None,
    ) -> None:
        host = "{}:{}".format(*self._socket.getpeername())
        headers, self.signer = signed_stream_headers(endpoint, host, keys, query, model_path, signed_at_s)
        path = stream_path(endpoint)
        del headers["host"]
        headers.update(changed or {})
        pseudo = [(":method", "POST"), (":scheme", "https"), (":authority", host), (":path", f"{path}?")]
        self._h2.send_headers(1, [*pseudo, *headers.items()])
        self._flush()

    # ------------------------------------------------------------ sending

    def audio(self, pcm: bytes, chunk_bytes: int = 2560) -> None:
        """Send audio as fast as the endpoint takes it."""
        for at in range(0, len(pcm), chunk_bytes):
            self.send(payload_part(pcm[at : at + chunk_bytes], "BINARY"))

    def text(self, message: Message | str) -> None:
        """Send one control message."""
        text = message if isinstance(message, str) else json.dumps(message)
        self.send(payload_part(text.encode(), "UTF8"))

    def send(self, inner: bytes) -> None:
        self.send_outer(self.signer.sign(inner, int(time.time() * 1000)))

    def finish(self) -> None:
        """The signed empty frame and END_STREAM."""
        self.send_outer(self.signer.finish(int(time.time() * 1000)))
        self.end_input()

    def end_input(self) -> None:
        """END_STREAM without the signed last event, as after an input that was cut off."""
        self._h2.end_stream(1)
        self._flush()

    def send_outer(self, data: bytes) -> None:
        """Any bytes of the request's body; dropped once the stream has ended."""
        while data and not self.ended:
            room = min(self._h2.local_flow_control_window(1), self._h2.max_outbound_frame_size, len(data))
            if room <= 0:
                self._pump(10)
                continue
            self._h2.send_data(1, data[:room])
            data = data[room:]
            self._flush()

    # ------------------------------------------------------------ receiving

    @property
    def messages(self) -> list[Message]:
        """All Flux messages so far."""
        return [json.loads(f.payload) for f in self.frames if f.headers.get(":event-type") == "PayloadPart"]

    @property
    def last_failure(self) -> tuple[Any, Any]:
        """Kind and name of the stream error that the last frame is, such as (exception, ModelStreamError)."""
        headers = self.frames[-1].headers
        return headers.get(":message-type"), headers.get(":exception-type") or headers.get(":error-code")

    def turns(self, event: str = "EndOfTurn") -> list[Message]:
        return [m for m in self.messages if m.get("event") == event]

    def wait(self, condition: Callable[[], Any], timeout_s: float = PATIENCE_S) -> None:
        """Read until `condition` holds; fails the test after `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert not self.ended, f"the stream ended: {self.status} {self.body!r} {self.messages[-1:]}"
            assert time.monotonic() < deadline, f"nothing came in {timeout_s} s: {self.messages[-1:]}"
            self._pump(deadline - time.monotonic())

    def wait_for(self, kind: str, timeout_s: float = PATIENCE_S) -> Message:
        """Read until the last message of `kind` (a type or an event) is there, and return it."""
        self.wait(lambda: any(kind in (m["type"], m.get("event")) for m in self.messages), timeout_s)
        return [m for m in self.messages if kind in (m["type"], m.get("event"))][-1]

    def wait_end(self, timeout_s: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + timeout_s
        while not self.ended:
            assert time.monotonic() < deadline, f"the stream did not end in {timeout_s} s: {self.messages[-1:]}"
            self._pump(deadline - time.monotonic())

    def close_stream(self) -> None:
        """CloseStream, and wait for the end."""
        self.text({"type": "CloseStream"})
        self.wait_end()

    def _flush(self) -> None:
        if data := self._h2.data_to_send():
            try:
                self._socket.sendall(data)
            except OSError:
                self.ended = self.reset = True

    def _pump(self, timeout_s: float) -> None:
        self._socket.settimeout(max(0.01, timeout_s))
        try:
            data = self._socket.recv(65_536)
        except TimeoutError:
            return
        except OSError:
            data = b""
        if not data:
            self.ended = self.reset = True
            return
        for event in self._h2.receive_data(data):
            self._take(event)
        self._flush()

    def _take(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.ResponseReceived):
            self.headers = dict(event.headers)
            self.status = int(self.headers[":status"])
        elif isinstance(event, h2.events.DataReceived):
            self._h2.acknowledge_received_data(event.flow_controlled_length, 1)
            if self.status == 200:
                self.frames += self._decoder.feed(event.data)
            else:
                self.body += event.data
        elif isinstance(event, h2.events.StreamEnded):
            self.ended = True
        elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)) and not self.ended:
            # After the end of a whole response a server may reset what it no longer wants to read.
            self.ended = self.reset = True
