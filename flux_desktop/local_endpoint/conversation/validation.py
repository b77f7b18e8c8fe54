"""Checks of a server build: the query string of a new stream, and a `Configure` in mid-stream."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flux_desktop.flux.bundles import Bundle
from flux_desktop.flux.messages import Configure
from flux_desktop.flux.options import FluxOptions, problems
from flux_desktop.flux.query import QueryError, options_from_query
from flux_desktop.local_endpoint.recognition.encodings import BYTES_PER_SAMPLE

_NOT_CHECKED = frozenset({"hint_unknown"})
"""Live endpoints accept an unknown language code; only the echo in TurnInfo shows it."""
_THRESHOLD_CODES = frozenset({"option_out_of_range", "eager_above_eot"})


class RefusedError(ValueError):
    """A refusal with Deepgram's `code` and `description`."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def options_for(query: str, bundle: Bundle) -> FluxOptions:
    """The parameters of a new stream. Raises `RefusedError`."""
    try:
        options = options_from_query(query)
    except QueryError as error:
        raise RefusedError(error.code, error.description) from error
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    if bundle.options is not None and (unknown := sorted(names - bundle.options)):
        raise RefusedError("INVALID_QUERY_PARAMETER", f"unknown query parameter `{unknown[0]}`")
    if options.model not in bundle.models:
        raise RefusedError("INSUFFICIENT_PERMISSIONS", f"no such model: {options.model}")
    if not {"encoding", "sample_rate"} <= names:
        raise RefusedError("INVALID_PARAMETER", "encoding and sample_rate are required: raw audio only")
    if options.encoding not in BYTES_PER_SAMPLE:
        raise RefusedError("INVALID_PARAMETER", f"encoding {options.encoding} is not supported here")
    if options.redact not in (None, "numbers", "aggressive_numbers"):
        raise RefusedError("INVALID_PARAMETER", f"redact={options.redact} is not supported")
    _check(options, bundle)
    return options


def check_change(before: FluxOptions, change: Configure, after: FluxOptions, bundle: Bundle) -> None:
    """Check a `Configure` that leads from `before` to `after`; it applies as a whole. Raises `RefusedError`."""
    if change.language_hints and "language_hint" not in (bundle.options or {"language_hint"}):
        raise RefusedError("INVALID_PARAMETER", "language_hints are not supported")
    if after.numerals != before.numerals and "numerals" not in (bundle.options or {"numerals"}):
        raise RefusedError("INVALID_PARAMETER", "numerals are not supported")
    _check(after, bundle)


def _check(options: FluxOptions, bundle: Bundle) -> None:
    for problem in problems(options):
        if problem.code in _NOT_CHECKED:
            continue
        code = "INVALID_THRESHOLD" if problem.code in _THRESHOLD_CODES else "INVALID_PARAMETER"
        if problem.code == "eager_above_eot":
            raise RefusedError(code, "eager_eot_threshold must be less than or equal to eot_threshold")
        raise RefusedError(code, f"{problem.what} {problem.why}".strip())
    if options.eot_threshold is not None and options.eot_threshold > bundle.eot_threshold_max:
        raise RefusedError("INVALID_THRESHOLD", f"eot_threshold must be at most {bundle.eot_threshold_max:g}")
    if options.eot_timeout_ms is not None and options.eot_timeout_ms > bundle.eot_timeout_ms_max:
        raise RefusedError("INVALID_THRESHOLD", f"eot_timeout_ms must be at most {bundle.eot_timeout_ms_max}")
