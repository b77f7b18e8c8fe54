"""The decode pools of one endpoint: one for English, one for other languages where their model is installed."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from flux_desktop.base.problem import ProblemError
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.recognition.decode_pool import DecodePool
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH, MULTILINGUAL

MULTI_MODEL = "flux-general-multi"
_LOG = logging.getLogger(__name__)


class Pools:
    """`english` is None where nothing can be recognised, `multilingual` where only English can."""

    def __init__(self, english: DecodePool | None = None, multilingual: DecodePool | None = None) -> None:
        self.english = english
        self.multilingual = multilingual

    @property
    def all(self) -> list[DecodePool]:
        """The pools that exist."""
        return [pool for pool in (self.english, self.multilingual) if pool is not None]

    def pool_for(self, options: FluxOptions) -> DecodePool | None:
        """The pool that decodes a stream with these options."""
        if options.model == MULTI_MODEL and self.multilingual is not None:
            return self.multilingual
        return self.english

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Pools]:
        """Allow the decode processes to be started while the context lasts."""
        async with AsyncExitStack() as stack:
            for pool in self.all:
                await stack.enter_async_context(pool.running())
            yield self


def language_of(options: FluxOptions) -> str:
    """The language to decode in: the only hint of a multilingual stream, empty where it is to be detected."""
    if options.model != MULTI_MODEL:
        return "en"
    hints = {hint.split("-")[0].lower() for hint in options.language_hints}
    return hints.pop() if len(hints) == 1 else ""


def make_pools(recogniser: str, max_decodes: int) -> Pools:
    """The pools for a value of ``--recogniser``; no process is started yet.

    ``auto`` goes on without speech recognition where the model is not installed. Raises `ProblemError` for
    ``whisper`` without it.
    """
    if recogniser == "silent":
        return Pools()
    if store.find(ENGLISH) is None:
        problem = store.not_installed(ENGLISH)
        if recogniser == "whisper":
            raise ProblemError(problem)
        _LOG.warning("Only recordings with a script are transcribed. %s", problem.sentence())
        return Pools()
    multilingual = DecodePool(max_decodes, MULTILINGUAL) if store.find(MULTILINGUAL) is not None else None
    return Pools(DecodePool(max_decodes, ENGLISH), multilingual)
