"""The answer of a capacity search, and the sentence that states it."""

from __future__ import annotations

import math
from typing import Literal

import msgspec
from msgspec import Struct

from flux_desktop.evaluation.cost import ConversationCost, Prices, conversation_cost

Kind = Literal["BRACKETED", "LOWER BOUND", "REFUSED", "UNDECIDED", "INVALID"]
Shape = Literal["smooth", "cliff"]

UTILISATION = 0.75
"""Part of the capacity to plan for: the vendor's advice is to scale at 70 to 80 %."""
SPREAD_WARN_PERCENT = 20.0


class Result(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The highest number of streams that met every limit, and the lowest that did not.

    BRACKETED: it fails at `fails` by `why_fails`. REFUSED: streams beyond it are refused. LOWER BOUND: nothing failed
    up to the user's maximum, or the search ended early. UNDECIDED and INVALID: the data supports no number.
    """

    kind: Kind
    passes: int = 0
    fails: int | None = None
    why_fails: str = ""
    unsure: tuple[int, ...] = ()
    """Numbers at which measurements disagreed or stayed undecided."""
    repeats: int = 0
    """How often both ends of the bracket were measured from below."""
    spread_percent: float = 0.0
    recovers: bool | None = None
    """Whether it passed right after an overload; False: only after a cool-down."""
    shape: Shape | None = None
    max_streams: int = 0
    instances: int | None = None
    """Of the endpoint, which hold all these streams together; None where unknown."""
    reason: str = ""
    """Why the search ended early, or why there is no number."""

    def of_kind(self, kind: Kind) -> Result:
        """The same with another kind."""
        return msgspec.structs.replace(self, kind=kind)

    @property
    def scaling_target(self) -> int | None:
        """Concurrent streams per instance to scale at, of one where unknown; None where no capacity is known."""
        known = self.kind in ("BRACKETED", "REFUSED") and self.passes > 0
        return max(1, math.floor(UTILISATION * self.passes / (self.instances or 1))) if known else None

    @property
    def finding(self) -> str:
        """The result in a few words, for lists: ``BRACKETED 46``."""
        is_number = self.passes or self.kind in ("BRACKETED", "REFUSED")  # 0: not even one
        return f"{self.kind} {self.passes}" if is_number else self.kind

    def sentence(self) -> str:
        """The answer in words, without its price."""
        return f"{self.kind}: {' '.join([self._answer(), *self._remarks()])}"

    def _answer(self) -> str:
        conversations = f"{self.passes} conversation{'s' * (self.passes != 1)}"
        if (self.instances or 1) > 1:
            conversations += f" on {self.instances} instances"
        ended = f", {self.reason}" if self.reason else ""
        if self.kind in ("BRACKETED", "REFUSED"):
            if self.passes:
                return f"{conversations}; at {self.fails}, {self.why_fails}."
            return f"not even 1 conversation is within the limits: {self.why_fails}."
        if self.kind == "LOWER BOUND":
            return f"at least {conversations}{ended or ', the maximum of this search'}."
        if self.kind == "INVALID":
            return f"this search measured no capacity: {self.reason}."
        at = ", ".join(map(str, self.unsure))
        return f"this data does not decide it{f' (at {at})' if at else ''}{ended}."

    def _remarks(self) -> list[str]:
        remarks = []
        if self.scaling_target:
            known = {None: " (one instance assumed)", 1: ""}.get(self.instances, " per instance")
            remarks.append(f"Scaling target {self.scaling_target}{known}.")
        if self.kind == "BRACKETED" and self.shape:
            remarks.append(
                "Latency jumps across the limit." if self.shape == "cliff" else "Latency rises gradually to the limit."
            )
        if self.recovers is False:
            remarks.append(f"After an overload, {self.passes} passes only after a cool-down.")
        if self.spread_percent > SPREAD_WARN_PERCENT:
            remarks.append(f"Warning: repeated measurements differ by {self.spread_percent:.0f} %.")
        if self.kind in ("BRACKETED", "REFUSED") and self.repeats < 2:
            remarks.append("The boundary was measured once.")
        return remarks


def capacity_cost(result: Result | None, prices: Prices, utilisation: float) -> ConversationCost | None:
    """The price of conversations at a capacity, of one instance where their number is unknown; None without one."""
    if result is None or result.scaling_target is None:
        return None
    return conversation_cost(result.passes, prices, utilisation=utilisation, instances=result.instances or 1)


def undecided(result: Result) -> Result:
    """The result where no capacity can be stated."""
    return result.of_kind("UNDECIDED")
