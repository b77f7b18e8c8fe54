"""Reference turns and transcribed turns that are short to write."""

from __future__ import annotations

from flux_desktop.evaluation.accuracy.heard_text import HeardText, SpokenText
from flux_desktop.evaluation.accuracy.normalisers import ENGLISH
from flux_desktop.evaluation.accuracy.word_errors import unit_of


def spoken(
    text: str,
    start_s: float,
    end_s: float,
    *,
    clip: str = "a.wav",
    number: int = 1,
    conversation: str | None = None,
    keyterms: tuple[str, ...] = (),
    normaliser: str = ENGLISH,
) -> SpokenText:
    return SpokenText(
        text=text,
        start_s=start_s,
        end_s=end_s,
        in_clip_s=start_s,
        clip=clip,
        conversation=conversation or clip,
        number=number,
        normaliser=normaliser,
        unit=unit_of(text),
        keyterms=keyterms,
    )


def heard(text: str, start_s: float, end_s: float) -> HeardText:
    return HeardText(text=text, start_s=start_s, end_s=end_s)
