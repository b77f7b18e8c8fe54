"""Changes in mid-stream: the smallest Configure, and what only a new connection can do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.flux.changes import applied, configure_message, needs_reconnect
from flux_desktop.flux.messages import Configure, Thresholds
from flux_desktop.flux.options import FluxOptions

BASE = FluxOptions(
    model="flux-general-multi", eot_threshold=0.7, eager_eot_threshold=0.4, keyterms=("a",), language_hints=("en",)
)


def changed(**fields: object) -> FluxOptions:
    import msgspec

    return msgspec.structs.replace(BASE, **fields)


@pytest.mark.parametrize(
    ("after", "message"),
    [
        (BASE, None),
        (changed(eot_threshold=0.8), Configure(thresholds=Thresholds(eot_threshold=0.8))),
        (changed(eager_eot_threshold=0.5), Configure(thresholds=Thresholds(eager_eot_threshold=0.5))),
        (changed(eot_timeout_ms=900), Configure(thresholds=Thresholds(eot_timeout_ms=900))),
        (changed(keyterms=("a", "b")), Configure(keyterms=["a", "b"])),
        (changed(keyterms=()), Configure(keyterms=[])),
        (changed(language_hints=()), Configure(language_hints=[])),
        (changed(numerals=True), Configure(numerals=True)),
        (changed(model="flux-general-en"), None),
        (changed(eager_eot_threshold=None), None),
    ],
)
def test_the_smallest_configure(after: FluxOptions, message: Configure | None) -> None:
    assert configure_message(BASE, after) == message


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (changed(eot_threshold=0.8, keyterms=(), language_hints=(), numerals=True), []),
        (changed(eager_eot_threshold=None), ["eager_eot_threshold"]),
        (changed(eot_threshold=None), ["eot_threshold"]),
        (changed(model="flux-general-en", sample_rate_hz=8000), ["model", "sample_rate_hz"]),
        (changed(encoding="mulaw"), ["encoding"]),
        (changed(profanity_filter=True), ["profanity_filter"]),
        (changed(redact="numbers", mip_opt_out=True, tags=("t",)), ["redact", "mip_opt_out", "tags"]),
        (changed(extra=(("a", "b"),)), ["extra"]),
    ],
)
def test_what_needs_a_new_connection(after: FluxOptions, names: list[str]) -> None:
    assert needs_reconnect(BASE, after) == names


def test_merging_an_accepted_configure() -> None:
    message = Configure(thresholds=Thresholds(eot_timeout_ms=900), keyterms=["x"])
    after = applied(BASE, message)
    assert after == changed(eot_timeout_ms=900, keyterms=("x",))
    assert applied(BASE, Configure(language_hints=None)) == BASE, "null leaves the hints"
    assert applied(BASE, Configure(language_hints=[])) == changed(language_hints=())
    assert applied(BASE, Configure()) == BASE


_live = st.fixed_dictionaries(
    {},
    optional={
        "eot_threshold": st.floats(0.5, 1.0),
        "eager_eot_threshold": st.floats(0.3, 0.9),
        "eot_timeout_ms": st.integers(500, 60_000),
        "keyterms": st.lists(st.text(max_size=3), max_size=3).map(tuple),
        "language_hints": st.lists(st.sampled_from(["en", "es"]), max_size=2).map(tuple),
        "numerals": st.none() | st.booleans(),
    },
)


@given(_live, _live)
def test_a_configure_leads_exactly_there(before: dict[str, object], after: dict[str, object]) -> None:
    old, new = changed(**before), changed(**after)
    if needs_reconnect(old, new):
        return
    message = configure_message(old, new)
    assert (old if message is None else applied(old, message)) == new
