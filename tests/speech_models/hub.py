"""A stand-in for Hugging Face: an HTTPS server on this machine that answers like it, also wrongly on request."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

from flux_desktop.local_endpoint.http.certificates import make_certificates


class Hub:
    """What the server has, by path, and what was asked of it. `redirect_to` answers with redirects instead.

    With `go_on` each answer waits for it after its first `pause_after` bytes.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut_after: int | None = None
        self.pause_after: int | None = None
        self.go_on: threading.Event | None = None
        self.redirect_to = ""
        self.asked: list[str] = []
        self.url = ""
        self.ca_file = ""


@contextlib.contextmanager
def running_hub(folder: Path) -> Iterator[Hub]:
    """Serve on a free port with a certificate of its own until the context ends."""
    hub = Hub()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            hub.asked.append(self.path)
            if hub.redirect_to and not self.path.startswith("/cdn"):
                self.send_response(302)
                self.send_header("location", f"{hub.redirect_to}/cdn{self.path}")
                self.end_headers()
                return
            content = hub.files.get(self.path.removeprefix("/cdn"))
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            content = content[: hub.cut_after]
            with contextlib.suppress(ConnectionError, ssl.SSLError):  # the client may cancel
                if hub.go_on is not None:
                    self.wfile.write(content[: hub.pause_after])
                    hub.go_on.wait(10)
                    content = content[hub.pause_after :]
                self.wfile.write(content)

    certificates = make_certificates(folder, ["localhost"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.cert_file, certificates.key_file)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        hub.url, hub.ca_file = f"https://localhost:{server.server_port}", str(certificates.ca_file)
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()
