"""A number with its noun: the one place that decides between singular and plural, and groups thousands."""


def amount(number: int, noun: str, plural: str | None = None) -> str:
    """`1 connection`, `2,000 connections`; `plural` where an s is not enough."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
