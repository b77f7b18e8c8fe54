"""A number with its noun, or a size with its unit: decides in one place on plurals, grouped thousands and units."""


def amount(number: int, noun: str, plural: str | None = None) -> str:
    """`1 connection`, `2,000 connections`; `plural` where an s is not enough."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size_words(count: float) -> str:
    """A number of bytes, such as ``6.4 MB`` or ``36 kB``."""
    if count < 1e6:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
