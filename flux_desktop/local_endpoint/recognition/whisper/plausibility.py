"""Whether a decoded text can be what was said: Whisper also writes text for silence, noise and music. Pure.

Thresholds were chosen on 60 s each of digital silence, white and line noise, hum, keyboard and music (no-speech
probability at least 0.77 in all windows) and on 45 spoken sentences cut to 0.6 s and more (at most 0.58).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Literal

NO_SPEECH_MAX = 0.6
_UNVOICED_NO_SPEECH, _UNVOICED_LOGPROB = 0.3, -0.7
"""For sounds without a pitch: breath had at least 0.44 and at most -0.85, a whispered sentence 0.37 and -0.29."""
_LOGPROB_MIN = -2.2
"""Mean natural logarithm of the tokens' probabilities."""
_DOUBTFUL_NO_SPEECH, _DOUBTFUL_LOGPROB = 0.35, -1.2
FIRST_WORD_S = 1.2
"""In interim decodes of less audio the words are guesses, which does not mean that nobody speaks."""
_FIRST_WORD_LOGPROB_MIN = -3.0
_COMPRESSION_MAX = 2.4
"""As in Whisper's reference implementation: text that zlib packs better than this repeats itself."""
_COMPRESSION_FROM_CHARS = 60
_TOKENS_MIN, _TOKENS_PER_S = 8, 9
"""Fast speech has about 6 tokens a second."""

Rejection = Literal["no speech", "unlikely", "repetition"]


def max_tokens(speech_s: float) -> int:
    """How many tokens speech of this length can have at most."""
    return min(200, _TOKENS_MIN + round(_TOKENS_PER_S * speech_s))


def rejection(
    tokens: Sequence[int],
    text: str,
    *,
    no_speech: float,
    logprob: float,
    first_word: bool = False,
    voiced: bool = True,
) -> Rejection | None:
    """Why the text must not be shown, or None. `no_speech` is a probability, `logprob` a mean per token.

    `first_word` says that the text is of less than `FIRST_WORD_S` and will be replaced, `voiced` whether a pitch was
    found in the sound.
    """
    if not voiced and no_speech > _UNVOICED_NO_SPEECH and logprob < _UNVOICED_LOGPROB:
        return "no speech"
    if first_word and no_speech <= NO_SPEECH_MAX:
        return "unlikely" if logprob < _FIRST_WORD_LOGPROB_MIN else None
    if no_speech > NO_SPEECH_MAX or (no_speech > _DOUBTFUL_NO_SPEECH and logprob < _DOUBTFUL_LOGPROB):
        return "no speech"
    if logprob < _LOGPROB_MIN:
        return "unlikely"
    return "repetition" if is_repetitive(tokens, text) else None


def is_repetitive(tokens: Sequence[int], text: str) -> bool:
    """Whether the text is a loop: it packs too well, or its end says the same thing three times in a row.

    A long phrase (5 tokens and more) counts when it comes twice in a row.
    """
    data = text.encode()
    if len(data) >= _COMPRESSION_FROM_CHARS and len(data) / len(zlib.compress(data)) > _COMPRESSION_MAX:
        return True
    for size in range(1, len(tokens) // 2 + 1):
        times = 2 if size >= 5 else 3 if size >= 2 else 5
        tail = tuple(tokens[-size:])
        if len(tokens) >= size * times and all(
            tuple(tokens[len(tokens) - size * n : len(tokens) - size * (n - 1)]) == tail for n in range(2, times + 1)
        ):
            return True
    return False
