"""The counters of the presenter: conversations now, time gained by eager ends, and what a minute costs. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from flux_desktop.base.amounts import amount
from flux_desktop.evaluation.cost import Prices, cost_of, money
from flux_desktop.ui.models import text
from flux_desktop.ui.models.run_model import RunModel


@dataclass(frozen=True, slots=True)
class Counter:
    """A figure, the words after it, and what it means."""

    figure: str
    words: str
    meaning: str


def counters(run: RunModel, prices: Prices) -> tuple[Counter, ...]:
    """What is known of the run now; a counter without a value is left out."""
    plan, shot = run.plan, run.snapshot
    if plan is None:
        return ()
    known_counters = []
    if run.ended is None:
        now = run.streaming()
        words = "conversation" if now == 1 else "conversations"
        known_counters.append(Counter(f"{now:,}", words, "Connections that stream now."))
    if shot is not None and (leads := shot.figures.get("eager_lead")) is not None and leads.n and shot.eager_gained_s:
        known_counters.append(
            Counter(
                f"{shot.eager_gained_s:,.1f} s",
                "gained by eager ends so far",
                f"Sum of the times between an eager end of turn and the end that confirmed it, in this run: "
                f"{amount(leads.n, 'turn')}, median {text.milliseconds(leads.p50_ms)}.",
            )
        )
    if (cost := _cost(run, prices)) is not None:
        known_counters.append(cost)
    return tuple(known_counters)


def _cost(run: RunModel, prices: Prices) -> Counter | None:
    """The licence of the streams that are open now, at a price that the user has entered; the built-in endpoint has
    none."""
    if run.plan is None or run.plan.is_stand_in or not run.streaming() or prices.suggested:
        return None
    cost = cost_of(float(run.streaming()), prices)
    if cost.licence is None:
        return None
    meaning = "Licence of the streams that are open now, per stream-minute. Instances are not included."
    return Counter(money(cost.licence, cost.currency), "a minute", meaning)
