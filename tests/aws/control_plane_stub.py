"""A plain HTTP stand-in for the control plane: answers each call from a table, and keeps what was asked."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Answer = tuple[int, dict[str, Any]] | dict[str, Any] | str


@dataclass
class ControlPlane:
    """`answers`: by operation, a function of the request. Without one: AccessDeniedException."""

    url: str = ""
    answers: dict[str, Callable[[dict[str, Any]], Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@contextlib.contextmanager
def control_plane(**answers: Callable[[dict[str, Any]], Answer]) -> Iterator[ControlPlane]:
    """Serve on a free loopback port."""
    plane = ControlPlane(answers=dict(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            target = self.headers.get("X-Amz-Target")
            if target:
                operation, query = target.rpartition(".")[2], json.loads(body)
            else:
                query = {name: values[0] for name, values in parse_qs(body).items()}
                operation = query["Action"]
            plane.asked.append((operation, query))
            denied = (400, {"__type": "AccessDeniedException", "Message": "not authorized"})
            answer = plane.answers.get(operation, lambda _: denied)(query)
            status, content = answer if isinstance(answer, tuple) else (200, answer)
            data = (content if isinstance(content, str) else json.dumps(content)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    plane.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield plane
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
