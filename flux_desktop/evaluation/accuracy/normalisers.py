"""Spellings made comparable before words are counted: Whisper's normalisers, as published figures use them.

Their name and version belong to every figure: results of different versions cannot be compared.
The library is imported at the first use: it takes half a second, and no run needs it before its end.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Callable
from functools import lru_cache

WHISPER_VERSION = "0.1.12"
"""Of whisper-normalizer, pinned; stated here because a frozen program has no package metadata."""
ENGLISH = f"whisper-normalizer {WHISPER_VERSION}, English"
BASIC = f"whisper-normalizer {WHISPER_VERSION}, basic, combining marks kept"
"""The basic normaliser replaces combining marks by spaces, which makes other words of Hindi, Thai and many more."""


def normaliser_name(language: str | None, text: str = "") -> str:
    """Whose rules apply to a text of this language: BCP-47, such as ``en-GB``; None is unknown.

    The English rules drop marks, which may make the same of different words of a text that is not English after all.
    """
    is_english = language is not None and language.lower().partition("-")[0] == "en"
    return ENGLISH if is_english and not _has_marks(text) else BASIC


def _has_marks(text: str) -> bool:
    """Whether letters have marks, those of western Latin script left aside: an English text has no others."""
    others = "".join(char for char in unicodedata.normalize("NFC", text) if char > "\u024f")
    return any(unicodedata.category(char)[0] == "M" for char in unicodedata.normalize("NFKD", others))


@lru_cache(maxsize=8192)
def normalised(text: str, name: str) -> str:
    """The text after NFC and the normaliser of that name; texts of connections that hear the same share the work.

    Of three dots at the end the English rules leave one as a word, in the middle none: they are removed before, so that
    a text gives the same words whether it is normalised turn by turn or as a whole.
    """
    return " ".join(_normaliser(name)(unicodedata.normalize("NFC", text).rstrip(" .\u2026")).split())


@lru_cache(maxsize=2)
def _normaliser(name: str) -> Callable[[str], str]:
    with warnings.catch_warnings():
        # WORKAROUND https://github.com/kurianbenoy/whisper_normalizer: a docstring with an invalid escape.
        warnings.simplefilter("ignore", SyntaxWarning)
        from whisper_normalizer.basic import BasicTextNormalizer
        from whisper_normalizer.english import EnglishTextNormalizer
    if name == ENGLISH:
        english: Callable[[str], str] = EnglishTextNormalizer()
        return english
    basic = BasicTextNormalizer()
    basic.clean = _without_symbols
    plain: Callable[[str], str] = basic
    return plain


def _without_symbols(text: str) -> str:
    """As the basic normaliser's own step, but combining marks stay."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(" " if unicodedata.category(char)[0] in "SP" else char for char in composed)
