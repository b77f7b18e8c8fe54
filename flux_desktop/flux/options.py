"""Parameters of a Flux stream: ranges, defaults and checks.

Where Deepgram's documentation gives an older and a newer limit, the newer one is the range and the older one is
`newer_above`: a value beyond it is allowed, with a note that it needs a newer build.
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.base.problem import Problem
from flux_desktop.base.redaction import REMOVED, is_secret_parameter
from flux_desktop.flux import defaults
from flux_desktop.flux.defaults import SAMPLE_RATE_HZ, SAMPLE_RATES_HZ

MODELS = ("flux-general-en", "flux-general-multi")
ENCODINGS = (*defaults.ENCODINGS, "linear32", "opus", "ogg-opus")
LANGUAGES = ("en", "es", "fr", "de", "hi", "ru", "pt", "ja", "it", "nl")
KEYTERMS_MAX = 100
KEYTERM_CHARS_MAX = 100
KEYTERM_TOKENS_MAX = 500
"""Of all keyterms together. A server that gets more stops transcribing without an error."""
_TOKEN_CHARS = 10
"""Longer words have more than one token. The model's own tokens are not public; they are rather shorter."""

_SENT_ANYWAY = "It is sent anyway: the endpoint decides."

_WORDS = re.compile(r"\w+|[^\w\s]")


class Range(Struct, frozen=True):
    """Inclusive limits of a number; values above `newer_above` are accepted by newer builds only."""

    low: float
    high: float
    default: float | None
    newer_above: float | None = None


EOT_THRESHOLD = Range(0.5, 1.0, defaults.EOT_THRESHOLD, newer_above=0.9)
EAGER_EOT_THRESHOLD = Range(0.3, 0.9, None)
EOT_TIMEOUT_MS = Range(500, 60_000, defaults.EOT_TIMEOUT_MS, newer_above=10_000)


class FluxOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Parameters of a stream. None means "not sent": the server's default applies."""

    model: str = "flux-general-en"
    encoding: str = "linear16"
    sample_rate_hz: int = SAMPLE_RATE_HZ
    eot_threshold: float | None = None
    eager_eot_threshold: float | None = None
    eot_timeout_ms: int | None = None
    keyterms: tuple[str, ...] = ()
    language_hints: tuple[str, ...] = ()
    profanity_filter: bool | None = None
    numerals: bool | None = None
    redact: str | None = None
    mip_opt_out: bool | None = None
    tags: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    """Additional name and value pairs, sent unchanged, for builds newer than this program."""

    @property
    def public(self) -> FluxOptions:
        """Without secrets in `extra`, as they are recorded and shown."""
        pairs = ((name, REMOVED if is_secret_parameter(name) else value) for name, value in self.extra)
        return replace(self, extra=tuple(pairs)) if self.extra else self

    @property
    def known(self) -> FluxOptions:
        """Without those of `extra` whose values were kept out of a recording."""
        return replace(self, extra=tuple(pair for pair in self.extra if pair[1] != REMOVED))

    @property
    def eot_threshold_in_force(self) -> float:
        """The end-of-turn threshold that applies unless another was acknowledged."""
        return defaults.EOT_THRESHOLD if self.eot_threshold is None else self.eot_threshold

    @property
    def eot_timeout_ms_in_force(self) -> int:
        """The timeout in milliseconds that applies unless another was acknowledged."""
        return defaults.EOT_TIMEOUT_MS if self.eot_timeout_ms is None else self.eot_timeout_ms


def contradictions(options: FluxOptions) -> list[Problem]:
    """What no server build can accept. Rules that depend on the build are `build_notes`: what it accepts is sent."""
    return [problem for problem in problems(options) if not _depends_on_build(problem, options)]


def build_notes(options: FluxOptions) -> list[str]:
    """Sentences about values that are sent although known builds refuse them."""
    known = [problem for problem in problems(options) if _depends_on_build(problem, options)]
    refused = [" ".join(filter(None, (problem.what, problem.why, _SENT_ANYWAY))) for problem in known]
    return [*newer_build_notes(options), *refused]


def _depends_on_build(problem: Problem, options: FluxOptions) -> bool:
    match problem.code:
        case "hints_need_multi" | "hint_unknown":
            return True
        case "option_unknown":
            return problem.what.startswith("Flux does not support model ")
        case "option_out_of_range":
            return is_possible(options)
        case _:
            return False


def is_possible(options: FluxOptions) -> bool:
    """Whether the thresholds are probabilities and the timeout is a time, whatever range a build accepts."""
    thresholds = (options.eot_threshold, options.eager_eot_threshold)
    timeout_ms = options.eot_timeout_ms
    return all(value is None or 0 < value <= 1 for value in thresholds) and (timeout_ms is None or timeout_ms > 0)


def problems(options: FluxOptions) -> list[Problem]:
    """Everything that the documentation says a server refuses; empty if the options are valid."""
    invalid = [
        _out_of_range("eot_threshold", options.eot_threshold, EOT_THRESHOLD),
        _out_of_range("eager_eot_threshold", options.eager_eot_threshold, EAGER_EOT_THRESHOLD),
        _out_of_range("eot_timeout_ms", options.eot_timeout_ms, EOT_TIMEOUT_MS),
        _not_one_of("model", options.model, MODELS),
        _not_one_of("encoding", options.encoding, ENCODINGS, defaults.ENCODINGS),
        _not_one_of("sample_rate", options.sample_rate_hz, SAMPLE_RATES_HZ),
        _eager_above_eot(options),
        *_keyterm_problems(options.keyterms),
        *_hint_problems(options),
    ]
    return [problem for problem in invalid if problem is not None]


def newer_build_notes(options: FluxOptions) -> list[str]:
    """Sentences about allowed values that only newer server builds accept."""
    pairs = (
        ("eot_threshold", options.eot_threshold, EOT_THRESHOLD),
        ("eot_timeout_ms", options.eot_timeout_ms, EOT_TIMEOUT_MS),
    )
    return [
        f"{name} {value:g} is above {limits.newer_above:g}, which only newer builds accept."
        for name, value, limits in pairs
        if value is not None and limits.newer_above is not None and value > limits.newer_above
    ]


def _out_of_range(name: str, value: float | None, limits: Range) -> Problem | None:
    # Written so that NaN, for which every comparison is false, is out of range as well.
    if value is None or limits.low <= value <= limits.high:
        return None
    return Problem(
        code="option_out_of_range",
        what=f"{name} {value:g} is out of range.",
        why=f"Flux accepts {limits.low:g} to {limits.high:g}.",
        todo="Choose a value in this range.",
    )


def _not_one_of(
    name: str, value: object, allowed: tuple[object, ...], suggested: tuple[object, ...] = ()
) -> Problem | None:
    if value in allowed:
        return None
    listed = ", ".join(str(item) for item in suggested or allowed)
    return Problem(code="option_unknown", what=f"Flux does not support {name} {value}.", todo=f"Use one of: {listed}.")


def _eager_above_eot(options: FluxOptions) -> Problem | None:
    eager, eot = options.eager_eot_threshold, options.eot_threshold_in_force
    if eager is None or eager <= eot:
        return None
    return Problem(
        code="eager_above_eot",
        what=f"eager_eot_threshold {eager:g} is above eot_threshold {eot:g}.",
        why="An eager end of turn comes before the end of turn, so its threshold cannot be higher.",
        todo="Lower eager_eot_threshold, or raise eot_threshold.",
    )


def _keyterm_problems(keyterms: tuple[str, ...]) -> list[Problem]:
    invalid = []
    if len(keyterms) > KEYTERMS_MAX:
        invalid.append(
            Problem(
                code="keyterms_too_many",
                what=f"There are {len(keyterms)} keyterms.",
                why=f"Flux accepts at most {KEYTERMS_MAX}.",
                todo="Remove keyterms.",
            )
        )
    tokens = keyterm_tokens(keyterms)
    if tokens > KEYTERM_TOKENS_MAX:
        invalid.append(
            Problem(
                code="keyterms_too_long",
                what=f"The {len(keyterms)} keyterms have about {tokens} tokens.",
                why=f"Flux accepts at most {KEYTERM_TOKENS_MAX} in all; each word has at least one.",
                todo="Remove or shorten keyterms.",
            )
        )
    for term in keyterms:
        if not term.strip():
            invalid.append(
                Problem(
                    code="keyterm_blank",
                    what="A keyterm is blank.",
                    why="Flux rejects blank keyterms.",
                    todo="Remove it.",
                )
            )
        elif len(term) > KEYTERM_CHARS_MAX:
            invalid.append(
                Problem(
                    code="keyterm_too_long",
                    what=f"The keyterm beginning with “{term[:20]}” has {len(term)} characters.",
                    why=f"Flux accepts at most {KEYTERM_CHARS_MAX}.",
                    todo="Shorten it.",
                )
            )
    return invalid


def keyterm_tokens(keyterms: tuple[str, ...]) -> int:
    """About how many tokens the keyterms have: one per word, more for long words, one per character of scripts that are
    written without spaces."""
    count = 0
    for word in _WORDS.findall(" ".join(keyterms)):
        dense = sum(character >= "\u2e80" for character in word)
        count += dense + -(-(len(word) - dense) // _TOKEN_CHARS)
    return count


def _hint_problems(options: FluxOptions) -> list[Problem]:
    if not options.language_hints:
        return []
    if options.model != "flux-general-multi":
        return [
            Problem(
                code="hints_need_multi",
                what=f"The model {options.model} does not support language hints.",
                todo="Use flux-general-multi, or remove the hints.",
            )
        ]
    # Locale subtags such as en-GB are accepted and fall back to the base language.
    bad = [code for code in options.language_hints if code.split("-")[0].lower() not in LANGUAGES]
    return [
        Problem(
            code="hint_unknown",
            what=f"Flux does not support the language hint {code or '(blank)'}.",
            todo=f"Use one of: {', '.join(LANGUAGES)}.",
        )
        for code in bad
    ]
