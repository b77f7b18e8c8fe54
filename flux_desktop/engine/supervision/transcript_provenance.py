"""Where the built-in endpoint's words come from, stream by stream: a script, or PocketSphinx.

A text that stands in front of a person must never be taken for another recogniser's. The endpoint tells it under
``/local/status``, which a real endpoint does not have. Runs on the front end's event loop; asking is done on a thread.
"""

from __future__ import annotations

import asyncio
import ssl
import time
import urllib.request
from collections.abc import Callable
from functools import partial

import msgspec

from flux_desktop.aws.wire.sigv4 import signed_headers
from flux_desktop.base.threads import in_thread
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo

ASK_EVERY_S = 1.0
_ANSWER_MAX_S = 3.0
_ANSWER_MAX_BYTES = 4 * 1024 * 1024


class _Status(msgspec.Struct):
    streams: dict[str, list[str]] = {}


async def watch(info: LocalEndpointInfo, tell: Callable[[dict[str, list[str]]], None]) -> None:
    """Ask until cancelled; `tell` gets the sources of the streams (by request id) whose sources have changed."""
    known: dict[str, list[str]] = {}
    opener: urllib.request.OpenerDirector | None = None
    while True:
        await asyncio.sleep(ASK_EVERY_S)
        try:
            opener = opener or opener_for(info)
            found = await in_thread(partial(ask, info, opener), _ANSWER_MAX_S)
        except (OSError, TimeoutError, msgspec.DecodeError):
            continue  # it is busy or gone; the streams tell of that
        news = {stream: sources for stream, sources in found.items() if sources and known.get(stream) != sources}
        known = found
        if news:
            tell(news)


def opener_for(info: LocalEndpointInfo) -> urllib.request.OpenerDirector:
    """Trusts this endpoint's CA alone, and goes through no proxy: the endpoint is on this machine. Raises `OSError`."""
    context = ssl.create_default_context(cafile=info.ca_file)
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))


def ask(info: LocalEndpointInfo, opener: urllib.request.OpenerDirector) -> dict[str, list[str]]:
    """The sources of every open stream, now. Blocks; raises `OSError` or `msgspec.DecodeError`."""
    url = f"{info.url}/local/status"
    headers = signed_headers(
        url,
        access_key=info.access_key,
        secret_key=info.secret_key,
        region=info.region,
        now_epoch_s=time.time(),
    )
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own child's address
    with opener.open(request, timeout=_ANSWER_MAX_S) as answer:
        return msgspec.json.decode(answer.read(_ANSWER_MAX_BYTES), type=_Status).streams
