"""Query string of a stream, which SageMaker passes to the model unchanged: encoding, decoding and its limit."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote

import msgspec

from flux_desktop.base.amounts import amount
from flux_desktop.base.problem import Problem
from flux_desktop.base.redaction import REMOVED
from flux_desktop.flux.bundles import ALL_OPTIONS
from flux_desktop.flux.options import FluxOptions

QUERY_CHARS_MAX = 2048
"""Of ``ModelQueryString`` in SageMaker's API, percent-encoded."""


def query_string(options: FluxOptions) -> str:
    """The model query string: percent-encoded, lists as repeated names, without empty values.

    A name in `extra` replaces the parameter of that name; a repeatable one is added to its list.
    """
    pairs: list[tuple[str, str]] = [
        ("model", options.model),
        ("encoding", options.encoding),
        ("sample_rate", str(options.sample_rate_hz)),
    ]
    single: tuple[tuple[str, object], ...] = (
        ("eot_threshold", options.eot_threshold),
        ("eager_eot_threshold", options.eager_eot_threshold),
        ("eot_timeout_ms", options.eot_timeout_ms),
        ("profanity_filter", options.profanity_filter),
        ("numerals", options.numerals),
        ("redact", options.redact),
        ("mip_opt_out", options.mip_opt_out),
    )
    pairs += [(name, _text(value)) for name, value in single if value is not None]
    replaced = {name for name, value in options.extra if value.strip()}
    pairs = [pair for pair in pairs if pair[0] not in replaced]
    pairs += [("keyterm", term) for term in options.keyterms]
    pairs += [("language_hint", code) for code in options.language_hints]
    pairs += [("tag", tag) for tag in options.tags]
    pairs += options.extra
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs if value.strip())


def shown_query(options: FluxOptions) -> str:
    """The model query string as it is shown: without secrets."""
    return query_string(options.public).replace(quote(REMOVED, safe=""), REMOVED)


def query_problems(options: FluxOptions) -> list[Problem]:
    """The problem of a query string that SageMaker would refuse for its length; empty if there is none."""
    try:
        length = len(query_string(options))
    except UnicodeEncodeError:  # text that is not Unicode has no query string; its reader reports it
        return []
    if length <= QUERY_CHARS_MAX:
        return []
    terms = "&".join(f"keyterm={quote(term, safe='')}" for term in options.keyterms)
    share = f", {len(terms):,} of them for {amount(len(options.keyterms), 'keyterm')}" if terms else ""
    return [
        Problem(
            code="query_too_long",
            what=f"The parameters have {length:,} characters in the request{share}.",
            why=f"SageMaker accepts at most {QUERY_CHARS_MAX:,}; spaces and accented letters count three or more.",
            todo="Remove keyterms, tags or extra parameters, or send keyterms later with Configure.",
        )
    ]


class QueryError(ValueError):
    """A query string that a server refuses, with Deepgram's `code` and `description`."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def options_from_query(query: str) -> FluxOptions:
    """Parse a query string as a server does.

    Raises `QueryError` for unknown names and for empty or wrong values.
    """
    seen: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in ALL_OPTIONS:
            raise QueryError("INVALID_QUERY_PARAMETER", f"unknown query parameter `{name}`")
        if not value.strip():
            raise QueryError("INVALID_QUERY_PARAMETER", f"`{name}` is empty")
        seen.setdefault(name, []).append(value)
    if "model" not in seen:
        raise QueryError("INVALID_QUERY_PARAMETER", "`model` is missing")
    fields: dict[str, object] = {}
    renamed = {
        "sample_rate": "sample_rate_hz",
        "keyterm": "keyterms",
        "language_hint": "language_hints",
        "tag": "tags",
    }
    for name, values in seen.items():
        repeatable = name in {"keyterm", "language_hint", "tag"}
        fields[renamed.get(name, name)] = values if repeatable else values[-1]
    try:
        # Not strict: everything in a query string is text.
        return msgspec.convert(fields, FluxOptions, strict=False)
    except msgspec.ValidationError as error:
        raise QueryError("INVALID_QUERY_PARAMETER", str(error)) from None


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
