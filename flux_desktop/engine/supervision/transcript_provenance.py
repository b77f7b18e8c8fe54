"""Which recogniser each stream's transcript comes from, as the built-in endpoint reports it: a script or recognition.

The endpoint answers under ``/local/status``, which a real endpoint does not have. Runs on the front end's event loop;
the request itself runs on a thread.
"""

from __future__ import annotations

import asyncio
import http.client
import logging
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial

import msgspec

from flux_desktop.aws.wire.sigv4 import signed_headers
from flux_desktop.base.threads import in_thread
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo

Sources = dict[str, list[str]]
"""Names of the recognisers that contributed to each stream, by request id."""

QUERY_INTERVAL_S = 1.0
_ANSWER_MAX_S = 3.0
_ANSWER_MAX_BYTES = 4 * 1024 * 1024
_FAILURES = (OSError, TimeoutError, http.client.HTTPException, msgspec.DecodeError)
"""How a request ends whose endpoint is busy, or is closed before, during or after its answer."""
_LOG = logging.getLogger(__name__)


class _Status(msgspec.Struct):
    streams: Sources = {}


async def watch(
    info: LocalEndpointInfo, report: Callable[[Sources], None], *, interval_s: float = QUERY_INTERVAL_S
) -> None:
    """Query until cancelled; `report` gets the streams whose sources have changed.

    A query that fails is repeated at the next interval: what has happened to the endpoint shows in the streams.
    """
    known: Sources = {}
    opener: urllib.request.OpenerDirector | None = None
    while True:
        await asyncio.sleep(interval_s)
        try:
            opener = opener or opener_for(info)
            current = await in_thread(partial(query, info, opener), _ANSWER_MAX_S)
        except _FAILURES as error:
            _LOG.debug("The built-in endpoint's status could not be read: %r", error)
            continue
        changed = {stream: sources for stream, sources in current.items() if sources and known.get(stream) != sources}
        known = current
        if changed:
            report(changed)


def opener_for(info: LocalEndpointInfo) -> urllib.request.OpenerDirector:
    """An opener that trusts this endpoint's CA only and uses no proxy. Raises `OSError`."""
    context = ssl.create_default_context(cafile=info.ca_file)
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))


def query(info: LocalEndpointInfo, opener: urllib.request.OpenerDirector) -> Sources:
    """The sources of every open stream now. Blocks.

    Raises `OSError`, `http.client.HTTPException` (an answer that is cut off) or `msgspec.DecodeError`.
    """
    url = f"{info.url}/local/status"
    headers = signed_headers(
        url,
        access_key=info.access_key,
        secret_key=info.secret_key,
        region=info.region,
        now_epoch_s=time.time(),
    )
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own child's address
    try:
        with opener.open(request, timeout=_ANSWER_MAX_S) as answer:
            return msgspec.json.decode(answer.read(_ANSWER_MAX_BYTES), type=_Status).streams
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise
