"""The endpoint's process: starts and stops certificates, the HTTP server and the recognisers.

Granian serves HTTP/2 and HTTP/1.1 on one TLS port in Rust threads and calls `Routes.__rsgi__` on the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import socket
import ssl
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
from granian.constants import Interfaces, SSLProtocols
from granian.http import HTTP2Settings
from granian.server.embed import Server

from flux_desktop import __version__
from flux_desktop.base.private_folder import private_folder
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.program import allow_many_files, stop_signals
from flux_desktop.base.resources import SAMPLE_DATA_SET, SAMPLE_RECORDING, resource_path
from flux_desktop.local_endpoint.faults.capacity import capacity_from
from flux_desktop.local_endpoint.faults.faults import Faults, parse_faults
from flux_desktop.local_endpoint.http.certificates import Certificates, make_certificates
from flux_desktop.local_endpoint.http.endpoint_state import EndpointSettings, EndpointState
from flux_desktop.local_endpoint.http.event_loop import loop_factory
from flux_desktop.local_endpoint.http.routes import Routes
from flux_desktop.local_endpoint.recognition.pools import make_pools
from flux_desktop.local_endpoint.recognition.scripts import Script, ScriptStore, load_script
from flux_desktop.local_endpoint.recognition.stored_scripts import stored_in
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import with_extra
from flux_desktop.local_endpoint.sagemaker.instances import check_limits

HOST = "127.0.0.1"
FILES_MIN = 64
FOLDER_PREFIX = "flux-local-"
"""Of the temporary folders with certificates."""
_LOG = logging.getLogger(__name__)
_STOP_WITHIN_S = 0.7
_EXIT_AFTER_S = 1.8


def load_scripts(settings: EndpointSettings) -> list[Script]:
    """The chosen recordings, then the bundled sample. Raises `ProblemError`."""
    paths = list(settings.scripts)
    with contextlib.suppress(FileNotFoundError):
        paths.append(resource_path(SAMPLE_RECORDING))
    return [load_script(path) for path in paths]


@contextlib.contextmanager
def script_store() -> Iterator[ScriptStore | None]:
    """The conversations of the bundled data set; None where the installation lacks them."""
    folder = None
    with contextlib.suppress(FileNotFoundError):
        folder = resource_path(SAMPLE_DATA_SET).parent
    with ThreadPoolExecutor(1, "scripts") as threads:
        yield None if folder is None else stored_in(folder, lambda path: threads.submit(load_script, path))


def run(settings: EndpointSettings, announce: Callable[[str], None]) -> int:
    """Serve until stopped; `announce` gets one line of JSON when the endpoint is ready. Returns the exit code.

    Raises `ProblemError` for settings that cannot be used.
    """
    # Checked before anything is started or written.
    faults = parse_faults(settings.faults)
    with_extra(settings.endpoints)
    capacity = capacity_from(settings.capacity, settings.beyond)
    check_limits(settings.min_instances, settings.max_instances)
    _require_files(allow_many_files())
    port = _free_port(settings.port)
    folder: Path | None = None
    try:
        folder = private_folder(FOLDER_PREFIX)
        delays = faults.has("delay-ms") or capacity.streams is not None
        with asyncio.Runner(loop_factory=loop_factory(notes_arrivals=delays)) as runner:
            runner.run(_serve(settings, port, folder, announce))
    except (OSError, ExceptionGroup) as error:
        raise _cause(error) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _cause(error: Exception) -> Exception:
    """What ended the endpoint: a `ProblemError` where the system refused something, else the internal error itself."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, OSError):
        return error
    return ProblemError(
        Problem(code="endpoint_stopped", what="The endpoint cannot run.", why=f"{error.strerror or error}.")
    )


def _require_files(allowed: int) -> None:
    """Raises `ProblemError` where the process may not open enough files: the server library would abort."""
    if allowed < FILES_MIN:
        raise ProblemError(
            Problem(
                code="too_few_files",
                what="The endpoint cannot run.",
                why=f"This process may open {allowed} files; the endpoint needs {FILES_MIN}, and one more per stream.",
                todo="Raise the limit, for example with “ulimit -n 10240”.",
            )
        )


async def _serve(settings: EndpointSettings, port: int, folder: Path, announce: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    _listen_for_stop(stop, settings.parent_pipe)
    certificates = _certificates(settings, folder)
    scripts = load_scripts(settings) if settings.recogniser == "auto" else []
    async with contextlib.AsyncExitStack() as stack:
        pools = await stack.enter_async_context(make_pools(settings.recogniser, settings.max_decodes).running())
        endpoints, faults = with_extra(settings.endpoints), parse_faults(settings.faults)
        capacity = capacity_from(settings.capacity, settings.beyond)
        store = stack.enter_context(script_store()) if settings.recogniser == "auto" else None
        state = EndpointState(settings, endpoints, scripts, faults, pools, capacity, store)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        server = _make_server(Routes(state, group).__rsgi__, port, certificates, state.faults)
        serving = group.create_task(server.serve(), name="http server")
        try:
            await _until_listening(port, serving)
            announce(_ready_line(state, port, certificates))
            await stop.wait()
            _exit_even_if_stuck(folder)
        finally:  # also after an error: a thread of the server that outlives the interpreter panics
            await _shut_down(server, serving)


def _make_server(app: Callable[..., Awaitable[None]], port: int, certificates: Certificates, faults: Faults) -> Any:
    return Server(
        app,
        address=HOST,
        port=port,
        interface=Interfaces.RSGI,
        websockets=False,
        backlog=1024,
        # One request is one stream of up to 30 minutes: far more of them than the default must be open.
        backpressure=10_000,
        http2_settings=HTTP2Settings(max_concurrent_streams=int(faults.value("max-concurrent-streams") or 1000)),
        log_enabled=False,
        ssl_cert=certificates.cert_file,
        ssl_key=certificates.key_file,
        # As on AWS: clients with an older TLS library offer no more than 1.2, and the default here is 1.3.
        ssl_protocol_min=SSLProtocols.tls12,
    )


def _ready_line(state: EndpointState, port: int, certificates: Certificates) -> str:
    names = sorted(state.endpoints, key=lambda name: (name != "local", name))
    line = {
        "url": f"https://{HOST}:{port}",
        "region": state.region,
        "ca_file": str(certificates.ca_file),
        "access_key": state.access_key,
        "secret_key": state.secret_key,
        "endpoints": names,
        "recogniser": state.recogniser,
        "speech_models": [pool.model.name for pool in state.pools.all],
        "bundle": state.bundle.name,
        "scaling_speed": state.instances.settings.speed if state.instances.settings.target is not None else None,
        "scripts": [script.name for script in state.scripts],
        "version": __version__,
    }
    return msgspec.json.encode(line).decode()


def _certificates(settings: EndpointSettings, folder: Path) -> Certificates:
    """The given certificate, or a generated one. Raises `ProblemError` if there is none to serve with."""
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise _no_certificate("--tls-cert and --tls-key belong together: give both or neither.")
    try:
        if settings.tls_cert is not None and settings.tls_key is not None:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key)
            return Certificates(settings.tls_cert, settings.tls_cert, settings.tls_key)
        return make_certificates(folder, ["localhost", HOST, *settings.cert_hosts])
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise _no_certificate(f"{getattr(error, 'strerror', None) or error}.") from error


def _no_certificate(why: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="certificate_unusable",
            what="The endpoint has no certificate to serve with.",
            why=why,
            todo="Check --tls-cert, --tls-key and --cert-host.",
        )
    )


def _free_port(wanted: int) -> int:
    """The given port, or any free one for 0. Raises `ProblemError` if it cannot be bound.

    Checked here because the server library shares ports: a second endpoint would take half of the first one's streams.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port closed a moment ago is free
        try:
            probe.bind((HOST, wanted))
        except (OSError, OverflowError) as error:
            why = "Ports are numbers from 0 to 65535." if isinstance(error, OverflowError) else f"{error.strerror}."
            raise ProblemError(
                Problem(
                    code="port_unusable",
                    what=f"The endpoint cannot listen on port {wanted}.",
                    why=why,
                    todo="Choose another --port, or omit it to use any free port.",
                )
            ) from error
        port: int = probe.getsockname()[1]
        return port


async def _until_listening(port: int, serving: asyncio.Task[None]) -> None:
    """Wait until the port accepts connections; raises the server's own error if it fails."""
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(0.005)
            continue
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return
    serving.result()


async def _shut_down(server: Any, serving: asyncio.Task[None]) -> None:
    """End every stream, then the server; a connection that does not end does not delay the process."""
    for task in asyncio.all_tasks():
        if task.get_name().startswith("stream "):
            task.cancel()
    server.stop()
    await asyncio.wait({serving}, timeout=_STOP_WITHIN_S)
    serving.cancel()


def _exit_even_if_stuck(folder: Path) -> None:
    """End the process after `_EXIT_AFTER_S` even if a thread of the server or a child still holds it."""

    def leave() -> None:
        _LOG.warning("The endpoint did not stop within %g s and was terminated.", _EXIT_AFTER_S)
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)

    timer = threading.Timer(_EXIT_AFTER_S, leave)
    timer.daemon = True
    timer.start()


def _listen_for_stop(stop: asyncio.Event, parent_pipe: bool) -> None:
    loop = asyncio.get_running_loop()
    for number in stop_signals():
        loop.add_signal_handler(number, stop.set)
    if parent_pipe:
        # A thread, because standard input may be a pipe, a file or a terminal; it ends with the process.
        threading.Thread(target=_watch_parent, args=(loop, stop), name="parent pipe", daemon=True).start()


def _watch_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    with contextlib.suppress(OSError):
        while sys.stdin is not None and os.read(sys.stdin.fileno(), 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop is closed: the process is ending anyway
        loop.call_soon_threadsafe(stop.set)
