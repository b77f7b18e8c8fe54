"""Capabilities of each known server build, as data: the limits have changed before and will change again.

Flux has no capability query, and a control message that a build does not support ends the stream. `None` means
"unknown": such a message is sent only on request. Source: Deepgram's documentation and its SageMaker samples.
"""

from __future__ import annotations

from msgspec import Struct

ALL_OPTIONS = frozenset(
    {
        "model",
        "encoding",
        "sample_rate",
        "eot_threshold",
        "eager_eot_threshold",
        "eot_timeout_ms",
        "keyterm",
        "language_hint",
        "profanity_filter",
        "numerals",
        "redact",
        "mip_opt_out",
        "tag",
    }
)
_OLD_OPTIONS = ALL_OPTIONS - {"profanity_filter", "numerals", "redact"}


class Bundle(Struct, frozen=True, kw_only=True):
    """A server build. `controls` maps a control message's name to whether it is supported; None if unknown."""

    name: str
    models: frozenset[str]
    controls: dict[str, bool | None]
    options: frozenset[str] | None
    """Names of supported query parameters; None if unknown."""
    eot_threshold_max: float = 1.0
    eot_timeout_ms_max: int = 60_000
    sends_trigger: bool = True
    sends_word_times: bool = True
    ends_turn_on_close: bool = False
    """Whether CloseStream produces a final EndOfTurn (older builds) or only the last Update."""

    def takes(self, control: str) -> bool | None:
        """Whether the build supports a control message; None if unknown."""
        return self.controls.get(control)

    def offers(self, option: str) -> bool | None:
        """Whether the build supports a query parameter; None if unknown."""
        return None if self.options is None else option in self.options


def _controls(
    *, configure: bool, force_end_turn: bool, keep_alive: bool = False, finalize: bool = False
) -> dict[str, bool | None]:
    return {
        "CloseStream": True,
        "Configure": configure,
        "ForceEndTurn": force_end_turn,
        "Finalize": finalize,
        "KeepAlive": keep_alive,
    }


_BOTH = frozenset({"flux-general-en", "flux-general-multi"})

LATEST = Bundle(
    name="latest",
    models=_BOTH,
    controls=_controls(configure=True, force_end_turn=True),
    options=ALL_OPTIONS,
)
FLUX_MULTI_20260417 = Bundle(
    name="flux-multi-20260417",
    models=frozenset({"flux-general-multi"}),
    controls=_controls(configure=True, force_end_turn=False),
    options=_OLD_OPTIONS,
    eot_threshold_max=0.9,
    eot_timeout_ms_max=10_000,
    sends_trigger=False,
    sends_word_times=False,
    ends_turn_on_close=True,
)
FLUX_ENGLISH_20260311 = Bundle(
    name="flux-english-20260311",
    models=frozenset({"flux-general-en"}),
    controls=_controls(configure=False, force_end_turn=False),
    options=_OLD_OPTIONS - {"language_hint"},
    eot_threshold_max=0.9,
    eot_timeout_ms_max=10_000,
    sends_trigger=False,
    sends_word_times=False,
    ends_turn_on_close=True,
)
PERMISSIVE = Bundle(
    name="permissive",
    models=_BOTH,
    controls=_controls(configure=True, force_end_turn=True, keep_alive=True, finalize=True),
    options=ALL_OPTIONS,
)
UNKNOWN = Bundle(
    name="unknown",
    models=_BOTH,
    controls={
        "CloseStream": True,
        "Configure": None,
        "ForceEndTurn": None,
        "Finalize": None,
        "KeepAlive": None,
    },
    options=None,
)

BUNDLES = {bundle.name: bundle for bundle in (LATEST, FLUX_MULTI_20260417, FLUX_ENGLISH_20260311, PERMISSIVE)}
