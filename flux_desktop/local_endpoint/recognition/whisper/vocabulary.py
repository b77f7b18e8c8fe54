"""Whisper's tokens as text: byte-level BPE read from the model's ``vocabulary.txt``, one token a line.

Only decoding is needed, so no tokenizer library is: each character of a token stands for one byte (GPT-2's table).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_PRINTABLE = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
"""Bytes that GPT-2's table leaves as they are; the others follow from code point 256 on, in order."""
_END_OF_TEXT = "<|endoftext|>"
_UNSPACED_LANGUAGES = frozenset({"zh", "ja", "th", "lo", "my", "yue"})


class TokenWord(NamedTuple):
    """A word and the places of its tokens, from `first` up to but not including `end`."""

    text: str
    first: int
    end: int


class Vocabulary:
    """All tokens of a model. Raises `ValueError` for a file that is not a Whisper vocabulary."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tuple(tokens)
        self._ids = {token: number for number, token in enumerate(self._tokens)}
        if _END_OF_TEXT not in self._ids:
            raise ValueError(f"the vocabulary has no {_END_OF_TEXT}")
        self._text_tokens = self._ids[_END_OF_TEXT]

    def special(self, name: str) -> int:
        """The number of a special token such as ``startoftranscript``. Raises `KeyError`."""
        return self._ids[f"<|{name}|>"]

    def languages(self) -> frozenset[str]:
        """Codes of the languages that the model can be asked for; empty for an English-only model."""
        names = (token[2:-2] for token in self._tokens[self._text_tokens :] if token.startswith("<|"))
        is_multilingual = "<|en|>" in self._ids and "<|de|>" in self._ids and self._text_tokens == 50_257
        return (
            frozenset(name for name in names if len(name) in (2, 3) and name.isalpha())
            if is_multilingual
            else frozenset()
        )

    def is_text(self, token: int) -> bool:
        """Whether a token is text, not a special one."""
        return token < self._text_tokens

    def words(self, tokens: Sequence[int], language: str = "en") -> list[TokenWord]:
        """Text tokens as words; punctuation belongs to the word before it. Incomplete characters are dropped."""
        words: list[TokenWord] = []
        pending = b""
        pending_first = 0
        for place, token in enumerate(tokens):
            if not pending:
                pending_first = place
            pending += self._bytes(token)
            try:
                text = pending.decode("utf-8")
            except UnicodeDecodeError:
                continue
            pending = b""
            begins = text.startswith(" ") or (language in _UNSPACED_LANGUAGES and text[:1].isalnum())
            if words and not begins:
                last = words[-1]
                words[-1] = TokenWord(last.text + text, last.first, place + 1)
            else:
                words.append(TokenWord(text.lstrip(" "), pending_first, place + 1))
        return [word for word in words if word.text.strip()]

    def _bytes(self, token: int) -> bytes:
        return bytes(_BYTE_OF[character] for character in self._tokens[token] if character in _BYTE_OF)


def load_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary of the model in `folder`. Raises `OSError` or `ValueError`."""
    return Vocabulary((folder / "vocabulary.txt").read_text("utf-8").split("\n"))


def _byte_table() -> dict[str, int]:
    others = [byte for byte in range(256) if byte not in _PRINTABLE]
    return {chr(byte): byte for byte in _PRINTABLE} | {chr(256 + place): byte for place, byte in enumerate(others)}


_BYTE_OF = _byte_table()
