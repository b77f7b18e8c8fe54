"""What each server build accepts in a query string and in a Configure."""

from __future__ import annotations

import pytest

from flux_desktop.flux.bundles import BUNDLES
from flux_desktop.flux.changes import applied
from flux_desktop.flux.messages import Configure, Thresholds
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.conversation.validation import RefusedError, check_change, options_for

AUDIO = "encoding=linear16&sample_rate=16000"
EN, MULTI = f"model=flux-general-en&{AUDIO}", f"model=flux-general-multi&{AUDIO}"
LATEST, OLD_EN, OLD_MULTI = BUNDLES["latest"], BUNDLES["flux-english-20260311"], BUNDLES["flux-multi-20260417"]


def refusal(query: str, bundle: str = "latest") -> tuple[str, str]:
    with pytest.raises(RefusedError) as refused:
        options_for(query, BUNDLES[bundle])
    return refused.value.code, refused.value.description


def test_accepted_parameters_are_read() -> None:
    query = f"{MULTI}&eot_threshold=0.8&eager_eot_threshold=0.5&eot_timeout_ms=3000&keyterm=a%20b&language_hint=en"
    options = options_for(query, LATEST)
    assert (options.eot_threshold, options.eager_eot_threshold, options.eot_timeout_ms) == (0.8, 0.5, 3000)
    assert (options.keyterms, options.language_hints) == (("a b",), ("en",))


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        (f"{EN}&smart_format=true", "INVALID_QUERY_PARAMETER", "smart_format"),
        (f"{EN}&keyterm=", "INVALID_QUERY_PARAMETER", "keyterm"),
        (f"model=nova-3&{AUDIO}", "INSUFFICIENT_PERMISSIONS", "nova-3"),
        ("model=flux-general-en&encoding=linear16", "INVALID_PARAMETER", "sample_rate are required"),
        ("model=flux-general-en&sample_rate=16000", "INVALID_PARAMETER", "encoding and sample_rate are required"),
        ("model=flux-general-en&encoding=opus&sample_rate=16000", "INVALID_PARAMETER", "opus"),
        ("model=flux-general-en&encoding=linear16&sample_rate=22050", "INVALID_PARAMETER", "22050"),
        (f"{EN}&redact=names", "INVALID_PARAMETER", "redact=names"),
        (f"{EN}&eot_threshold=1.1", "INVALID_THRESHOLD", "eot_threshold"),
        (f"{EN}&eot_threshold=0.5&eager_eot_threshold=0.6", "INVALID_THRESHOLD", "less than or equal to"),
        (f"{EN}&eot_timeout_ms=60001", "INVALID_THRESHOLD", "eot_timeout_ms"),
        (f"{EN}&language_hint=en", "INVALID_PARAMETER", ""),
    ],
)
def test_what_a_new_build_refuses(query: str, code: str, words: str) -> None:
    refused_code, description = refusal(query)
    assert refused_code == code
    assert words in description


@pytest.mark.parametrize(
    ("query", "bundle", "code"),
    [
        (f"{EN}&eot_threshold=0.95", "flux-english-20260311", "INVALID_THRESHOLD"),
        (f"{EN}&eot_timeout_ms=10001", "flux-english-20260311", "INVALID_THRESHOLD"),
        (f"{MULTI}&profanity_filter=true", "flux-multi-20260417", "INVALID_QUERY_PARAMETER"),
        (MULTI, "flux-english-20260311", "INSUFFICIENT_PERMISSIONS"),
        (EN, "flux-multi-20260417", "INSUFFICIENT_PERMISSIONS"),
    ],
)
def test_what_older_builds_refuse_and_a_new_one_accepts(query: str, bundle: str, code: str) -> None:
    assert refusal(query, bundle)[0] == code
    options_for(query, LATEST)


def test_an_unknown_language_code_is_accepted_as_on_live_endpoints() -> None:
    assert options_for(f"{MULTI}&language_hint=zz", LATEST).language_hints == ("zz",)


def change_refused(before: FluxOptions, change: Configure, bundle: str = "latest") -> str:
    with pytest.raises(RefusedError) as refused:
        check_change(before, change, applied(before, change), BUNDLES[bundle])
    return refused.value.code


def test_a_configure_is_checked_against_what_is_in_force() -> None:
    before = FluxOptions(eot_threshold=0.6)
    highest = Configure(thresholds=Thresholds(eager_eot_threshold=0.6))
    check_change(before, highest, applied(before, highest), LATEST)
    assert change_refused(before, Configure(thresholds=Thresholds(eager_eot_threshold=0.61))) == "INVALID_THRESHOLD"


def test_a_configure_of_an_older_build() -> None:
    multi = FluxOptions(model="flux-general-multi")
    above = Configure(thresholds=Thresholds(eot_threshold=0.95))
    assert change_refused(multi, above, "flux-multi-20260417") == "INVALID_THRESHOLD"
    assert change_refused(multi, Configure(numerals=True), "flux-multi-20260417") == "INVALID_PARAMETER"
    hints = Configure(language_hints=["en"])
    assert change_refused(FluxOptions(), hints, "flux-english-20260311") == "INVALID_PARAMETER"
    check_change(multi, hints, applied(multi, hints), OLD_MULTI)
    cleared = Configure(language_hints=[])
    check_change(FluxOptions(), cleared, FluxOptions(), OLD_EN)


def test_hints_belong_to_the_multilingual_model() -> None:
    assert change_refused(FluxOptions(), Configure(language_hints=["en"])) == "INVALID_PARAMETER"
