"""What streams cost: licence by the stream-minute, instances by the hour, at prices that the user has entered."""

from __future__ import annotations

from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError

SUGGESTED_LICENCE = 0.0077
"""Per stream-minute, US dollars: the vendor's list price as of `SUGGESTED_DATE`. A suggestion, never a fact."""
SUGGESTED_DATE = "2026-11"
SUGGESTED_CURRENCY = "USD"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


class Prices(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Prices as entered by the user, of `date`; None where not entered. `suggested`: not confirmed by the user."""

    licence_per_stream_minute: float | None = None
    instance_per_hour: float | None = None
    hosted_per_minute: float | None = None
    """Of a hosted service, to compare with."""
    currency: str = SUGGESTED_CURRENCY
    date: str = ""
    suggested: bool = False


SUGGESTED = Prices(licence_per_stream_minute=SUGGESTED_LICENCE, date=SUGGESTED_DATE, suggested=True)


class RunCost(Struct, frozen=True, kw_only=True):
    """What a run costs at most: `stream_minutes` in all, and their licence; None where that price is not known."""

    stream_minutes: float
    licence: float | None
    currency: str = SUGGESTED_CURRENCY
    suggested: bool = False

    def sentence(self) -> str:
        """``About 42 stream-minutes, $0.32 plus the instance``."""
        amount = "Less than 1" if self.stream_minutes < 1 else f"About {self.stream_minutes:,.0f}"
        minutes = f"{amount} stream-minute{'s' * (self.stream_minutes >= 1.5)}"
        if self.licence is None:
            return f"{minutes}; no price per stream-minute is set"
        note = ", at the suggested price" if self.suggested else ""
        return f"{minutes}, {money(self.licence, self.currency)} plus the instance{note}"


class ConversationCost(Struct, frozen=True, kw_only=True):
    """The price of conversations on an endpoint with a known capacity, used at a part `utilisation` of it."""

    per_minute: float
    licence_per_minute: float
    instance_per_minute: float
    utilisation: float
    currency: str = SUGGESTED_CURRENCY

    def of(self, minutes: float) -> float:
        """A conversation of so many minutes, or that many minutes of conversation."""
        return self.per_minute * minutes

    def compared_with(self, hosted_per_minute: float) -> float:
        """How much cheaper (below 0) or dearer this is than a hosted service, in percent."""
        return 100 * (self.per_minute / hosted_per_minute - 1)


def cost_of(stream_minutes: float, prices: Prices | None) -> RunCost:
    """The cost of a number of stream-minutes."""
    price = prices.licence_per_stream_minute if prices else None
    return RunCost(
        stream_minutes=stream_minutes,
        licence=None if price is None else stream_minutes * price,
        currency=prices.currency if prices else SUGGESTED_CURRENCY,
        suggested=bool(prices and prices.suggested),
    )


def conversation_cost(
    capacity: int, prices: Prices, *, utilisation: float = 0.75, instances: int = 1
) -> ConversationCost | None:
    """The price of a minute of conversation; None unless both prices and a capacity of at least 1 are known.

    `capacity` is the concurrent conversations of the whole endpoint, which has `instances`.
    """
    licence, hourly = prices.licence_per_stream_minute, prices.instance_per_hour
    if licence is None or hourly is None or capacity < 1 or not 0 < utilisation <= 1:
        return None
    instance = instances * hourly / 60 / (capacity * utilisation)
    return ConversationCost(
        per_minute=licence + instance,
        licence_per_minute=licence,
        instance_per_minute=instance,
        utilisation=utilisation,
        currency=prices.currency,
    )


def money(amount: float, currency: str) -> str:
    """An amount with enough digits to compare: four below 0.1, else two."""
    digits = 4 if abs(amount) < 0.1 else 2
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{amount:,.{digits}f}" if symbol else f"{amount:,.{digits}f} {currency}"


def budget_stream_minutes(text: str, prices: Prices) -> float:
    """Stream-minutes of a budget: a number of them, or money at the price per stream-minute. Raises `ProblemError`."""
    unit = prices.currency.lower()
    amount = text.strip().lower().removeprefix(_SYMBOLS.get(prices.currency, unit)).removesuffix(unit).strip()
    try:
        value = float(amount)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e9:
        raise _wrong(
            f"The budget “{text}” cannot be read.", f"Write stream-minutes, such as 500, or money, such as 5{unit}."
        )
    if text.strip().lower() == amount:
        return value
    if not prices.licence_per_stream_minute:
        raise _wrong("A budget of money needs a price.", "Add --price, the licence per stream-minute.")
    return value / prices.licence_per_stream_minute


def _wrong(what: str, todo: str) -> ProblemError:
    return ProblemError(Problem(code="option_unknown", what=what, todo=todo))
