"""What the Capacity page shows of a search: its answer, rungs, cost, and the load over time. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flux_desktop.base.amounts import amount
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.evaluation.capacity.criteria import Criterion
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.result import UTILISATION, Result, capacity_cost
from flux_desktop.evaluation.capacity.rung import Judgement, RungOutcome
from flux_desktop.evaluation.capacity.scaling_policy import ScalingPolicy
from flux_desktop.evaluation.cost import SUGGESTED, ConversationCost, Prices, money
from flux_desktop.ui.models import text
from flux_desktop.ui.models.observed_account import ObservedAccount

if TYPE_CHECKING:
    from flux_desktop.experiments.capacity_plan import Progress


@dataclass(slots=True)
class CapacityModel:
    """What the page shows. Whoever changes it refreshes the page."""

    report: CapacityReport | None = None
    progress: Progress | None = None
    searching: bool = False
    stopping: bool = False
    prices: Prices = SUGGESTED
    utilisation: float = UTILISATION
    minutes_each: float = 4.0
    """Length of a conversation for the cost sheet."""
    rungs: list[RungOutcome] = field(default_factory=list)
    """Of the search in progress; of `report` once it has ended."""
    limits: tuple[Criterion, ...] = ()
    policy: ScalingPolicy | None = None
    """For the capacity found; None where none was."""
    account: AccountTimeline | None = None
    """What was read of the account when the search had ended; None until then."""
    verdicts: list[tuple[float, float, int, Judgement]] = field(default_factory=list)
    """Begin, end, streams and judgement of each rung, on the search's clock."""
    observed: ObservedAccount = field(default_factory=lambda: ObservedAccount(by_rungs=True))
    """Load and account of the search in progress."""

    def begin(self, limits: tuple[Criterion, ...]) -> None:
        """A search begins: what the last one found is shown no longer."""
        self.report, self.progress, self.account, self.policy, self.limits = None, None, None, None, limits
        self.rungs.clear()
        self.verdicts.clear()
        self.observed.clear()

    def take_progress(self, progress: Progress) -> None:
        """Where the search is; each change of its streams becomes a point of the timeline."""
        self.progress = progress
        planned = self.observed.planned
        if not planned or planned[-1][1] != progress.rung.streams:
            planned.append((progress.t_s, float(progress.rung.streams)))

    def take_rung(self, outcome: RungOutcome) -> None:
        """One more rung has been judged."""
        self.rungs.append(outcome)
        at_s = self.progress.t_s if self.progress is not None else outcome.t_s
        began_s = self.verdicts[-1][1] if self.verdicts else 0.0
        self.verdicts.append((began_s, max(began_s, at_s), outcome.streams, outcome.judgement))
        worst = outcome.worst()
        if worst is not None and worst.value_ms is not None:
            self.observed.p95_ms.append((at_s, worst.value_ms))

    @property
    def timeline(self) -> AccountTimeline:
        """The load of the search, and what was read of the account meanwhile."""
        return self.observed.timeline if self.account is None else self.account

    @property
    def now_s(self) -> float:
        """On the search's clock."""
        return 0.0 if self.progress is None else self.progress.t_s

    @property
    def rung_s(self) -> float:
        """Since the present rung began."""
        return max(0.0, self.now_s - (self.verdicts[-1][1] if self.verdicts else 0.0))

    @property
    def result(self) -> Result | None:
        return None if self.report is None else self.report.result

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Limits of the search that is shown."""
        return self.report.criteria if self.report is not None else self.limits

    def cost(self) -> ConversationCost | None:
        """Cost of conversations at the capacity found; None unless it and both prices are known."""
        return capacity_cost(self.result, self.prices, self.utilisation)

    def answer(self) -> str:
        """The result in words, with its price where that is known: what Copy copies."""
        if self.report is None or self.report.result is None:
            return ""
        cost = self.cost()
        if cost is None:
            return self.report.sentence
        price = money(cost.per_minute, cost.currency)
        price = f"{price} per conversation-minute at {cost.utilisation * 100:.0f} % utilisation"
        return f"{self.report.sentence} {price}{', at the suggested price' if self.prices.suggested else ''}."

    def evidence(self) -> str:
        """How much the answer rests on."""
        report = self.report
        if report is None:
            return ""
        return (
            f"{amount(len(report.rungs), 'rung')} · {report.stream_minutes:,.1f} stream-minutes · "
            f"{text.clock(report.duration_s)} · limits {', '.join(map(str, report.criteria))} · a rung "
            "passes or fails only where its whole 95 % interval over connections does"
        )

    def cost_rows(self) -> list[tuple[str, str]]:
        """The cost sheet; its reason where there is none."""
        cost = self.cost()
        if cost is None:
            return []
        currency = cost.currency
        share = 100 * cost.licence_per_minute / cost.per_minute if cost.per_minute else 0.0
        rows = [
            ("Conversation-minute", money(cost.per_minute, currency)),
            ("of it licence and instance", f"{share:.0f} % and {100 - share:.0f} %"),
            (f"{self.minutes_each:g}-minute conversation", money(cost.of(self.minutes_each), currency)),
            ("1,000 minutes", money(cost.of(1000), currency)),
        ]
        hosted = self.prices.hosted_per_minute
        if hosted:
            percent = cost.compared_with(hosted)
            words = f"{abs(percent):.0f} % {'less' if percent < 0 else 'more'}"
            rows.append((f"Hosted at {money(hosted, currency)}", words))
        return rows

    def cost_reason(self) -> str:
        """Why there is no cost sheet."""
        if self.result is None:
            return "The cost follows once a capacity is known."
        if self.result.scaling_target is None:
            found = "only a lower bound" if self.result.kind == "LOWER BOUND" else "no capacity"
            return f"This search found {found}, so there is no cost per conversation."
        missing = [
            name
            for name, price in (
                ("the licence per stream-minute", self.prices.licence_per_stream_minute),
                ("the instance per hour", self.prices.instance_per_hour),
            )
            if price is None
        ]
        return f"Enter {' and '.join(missing)}." if missing else ""
