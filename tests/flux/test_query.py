"""The model query string: as documented, and back again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.flux.options import (
    ENCODINGS,
    LANGUAGES,
    MODELS,
    SAMPLE_RATES_HZ,
    FluxOptions,
    keyterm_tokens,
    problems,
)
from flux_desktop.flux.query import (
    QUERY_CHARS_MAX,
    QueryError,
    options_from_query,
    query_problems,
    query_string,
    shown_query,
)


def test_the_least_is_model_encoding_and_rate() -> None:
    assert query_string(FluxOptions()) == "model=flux-general-en&encoding=linear16&sample_rate=16000"


def test_everything_documented() -> None:
    options = FluxOptions(
        model="flux-general-multi",
        encoding="mulaw",
        sample_rate_hz=8000,
        eot_threshold=0.8,
        eager_eot_threshold=0.4,
        eot_timeout_ms=6000,
        keyterms=("customer service", "A&B", "50%", "naïve", "a/b"),
        language_hints=("en", "es"),
        profanity_filter=True,
        numerals=False,
        redact="numbers",
        mip_opt_out=True,
        tags=("one", "two"),
        extra=(("new_one", "1"),),
    )
    assert query_string(options) == (
        "model=flux-general-multi&encoding=mulaw&sample_rate=8000&eot_threshold=0.8&eager_eot_threshold=0.4"
        "&eot_timeout_ms=6000&profanity_filter=true&numerals=false&redact=numbers&mip_opt_out=true"
        "&keyterm=customer%20service&keyterm=A%26B&keyterm=50%25&keyterm=na%C3%AFve&keyterm=a%2Fb"
        "&language_hint=en&language_hint=es&tag=one&tag=two&new_one=1"
    )


def test_nothing_empty_is_sent() -> None:
    options = FluxOptions(keyterms=("", " ", "x"), tags=("",), extra=(("blank", ""),))
    assert query_string(options) == "model=flux-general-en&encoding=linear16&sample_rate=16000&keyterm=x"


def test_extra_wins_over_the_parameter_of_the_same_name() -> None:
    """A server refuses (or guesses at) a name that comes twice, unless it is a repeatable one."""
    options = FluxOptions(
        eot_threshold=0.7, keyterms=("a",), extra=(("model", "flux-x"), ("eot_threshold", "0.2"), ("keyterm", "b"))
    )
    assert query_string(options) == (
        "encoding=linear16&sample_rate=16000&keyterm=a&model=flux-x&eot_threshold=0.2&keyterm=b"
    )


@pytest.mark.parametrize(
    "query",
    [
        "model=flux-general-en&language_hints=en",
        "model=flux-general-en&language=en",
        "model=flux-general-en&keyterm=",
        "model=flux-general-en&keyterm=%20",
        "model=flux-general-multi&language_hint=",
        "encoding=linear16&sample_rate=16000",
        "",
        "model=flux-general-en&sample_rate=loud",
        "model=flux-general-en&eot_threshold=high",
        "model=flux-general-en&numerals=perhaps",
    ],
)
def test_a_wrong_query_is_refused_as_a_server_does(query: str) -> None:
    with pytest.raises(QueryError) as caught:
        options_from_query(query)
    assert caught.value.code == "INVALID_QUERY_PARAMETER"
    assert caught.value.description == str(caught.value) != ""


def test_secrets_are_sent_and_not_shown() -> None:
    options = FluxOptions(extra=(("token", "hunter2"), ("beam", "5")))
    assert query_string(options).endswith("&token=hunter2&beam=5")
    assert shown_query(options).endswith("&token=[removed]&beam=5")


def test_a_plus_is_a_space() -> None:
    assert options_from_query("model=flux-general-en&keyterm=customer+service").keyterms == ("customer service",)


_terms = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda term: bool(term.strip()))
_flags = st.none() | st.booleans()
_options = st.builds(
    FluxOptions,
    model=st.sampled_from(MODELS),
    encoding=st.sampled_from(ENCODINGS),
    sample_rate_hz=st.sampled_from(SAMPLE_RATES_HZ),
    eot_threshold=st.none() | st.floats(0.5, 1.0),
    eager_eot_threshold=st.none() | st.floats(0.3, 0.9),
    eot_timeout_ms=st.none() | st.integers(500, 60_000),
    keyterms=st.lists(_terms, max_size=3).map(tuple),
    language_hints=st.lists(st.sampled_from(LANGUAGES), max_size=3).map(tuple),
    profanity_filter=_flags,
    numerals=_flags,
    redact=st.none() | st.sampled_from(["numbers", "aggressive_numbers"]),
    mip_opt_out=_flags,
    tags=st.lists(_terms, max_size=2).map(tuple),
)


@given(_options)
def test_options_survive_the_query(options: FluxOptions) -> None:
    assert options_from_query(query_string(options)) == options


@given(st.text(max_size=60))
def test_any_query_is_read_or_refused(query: str) -> None:
    try:
        options = options_from_query("model=flux-general-en&" + query)
    except QueryError:
        return
    assert isinstance(options, FluxOptions)


def test_a_query_that_sagemaker_would_refuse_is_a_problem_with_its_numbers() -> None:
    fits = FluxOptions(tags=("a" * (QUERY_CHARS_MAX - len(query_string(FluxOptions(tags=("x",)))) + 1),))
    assert len(query_string(fits)) == QUERY_CHARS_MAX
    assert query_problems(fits) == []
    too_long = FluxOptions(tags=(fits.tags[0] + "b",))
    (problem,) = query_problems(too_long)
    assert problem.code == "query_too_long"
    assert "2,049 characters" in problem.what
    assert "2,048" in problem.why
    (problem,) = query_problems(FluxOptions(keyterms=tuple("é" * 20 for _ in range(30))))
    assert "for 30 keyterms" in problem.what, "the encoded length counts, not that of the words"


@pytest.mark.parametrize(
    ("keyterms", "tokens"),
    [
        ((), 0),
        (("Deepgram",), 1),
        (("New York", "AC/DC"), 5),
        (("electroencephalography",), 3),
        (("東京",), 2),
        (("a b c d e",) * 100, 500),
    ],
)
def test_tokens_of_keyterms(keyterms: tuple[str, ...], tokens: int) -> None:
    assert keyterm_tokens(keyterms) == tokens


def test_keyterms_with_too_many_tokens_are_a_problem_with_the_numbers() -> None:
    assert problems(FluxOptions(keyterms=("a b c d e",) * 100)) == []
    (problem,) = problems(FluxOptions(keyterms=("a b c d e f",) * 100))
    assert problem.code == "keyterms_too_long"
    assert "600 tokens" in problem.what
    assert "500" in problem.why
