"""What a mid-stream change of parameters requires: a `Configure`, or a new stream."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from flux_desktop.flux.messages import Configure, Thresholds
from flux_desktop.flux.options import FluxOptions


def configure_message(before: FluxOptions, after: FluxOptions) -> Configure | None:
    """The smallest `Configure` that leads from one set of parameters to another; None when nothing changed.

    Covers only what Flux can change mid-stream; see `needs_reconnect` for the rest.
    """
    thresholds = Thresholds()
    for name in ("eot_threshold", "eager_eot_threshold", "eot_timeout_ms"):
        value = getattr(after, name)
        if value is not None and value != getattr(before, name):
            setattr(thresholds, name, value)
    message = Configure()
    if thresholds != Thresholds():
        message.thresholds = thresholds
    if after.keyterms != before.keyterms:
        message.keyterms = list(after.keyterms)
    if after.language_hints != before.language_hints:
        message.language_hints = list(after.language_hints)
    if after.numerals is not None and after.numerals != before.numerals:
        message.numerals = after.numerals
    return None if message == Configure() else message


def needs_reconnect(before: FluxOptions, after: FluxOptions) -> list[str]:
    """Names of changed parameters that no `Configure` can change, including an eager threshold that was removed."""
    fixed = (
        "model",
        "encoding",
        "sample_rate_hz",
        "profanity_filter",
        "redact",
        "mip_opt_out",
        "tags",
        "extra",
    )
    changed = [name for name in fixed if getattr(before, name) != getattr(after, name)]
    clearable = ("eot_threshold", "eager_eot_threshold", "eot_timeout_ms", "numerals")
    return changed + [n for n in clearable if getattr(before, n) is not None and getattr(after, n) is None]


def applied(options: FluxOptions, message: Configure) -> FluxOptions:
    """The parameters after a `Configure` was accepted."""
    changes: dict[str, object] = {}
    if message.thresholds is not UNSET:
        changes.update({k: v for k, v in msgspec.structs.asdict(message.thresholds).items() if v is not UNSET})
    if message.keyterms is not UNSET:
        changes["keyterms"] = tuple(message.keyterms)
    if message.language_hints is not UNSET and message.language_hints is not None:
        changes["language_hints"] = tuple(message.language_hints)
    if message.numerals is not UNSET:
        changes["numerals"] = message.numerals
    return msgspec.structs.replace(options, **changes)
