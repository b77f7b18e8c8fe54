"""The comparison of one figure of two independent runs: the change with its interval, and what it shows.

The interval of the difference is MOVER's, from the two figures' own 95 % intervals (Donner and Zou 2012).
"""

from __future__ import annotations

import math
import re
from enum import StrEnum

from msgspec import Struct

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.evaluation.statistics.intervals import Estimate

MARGIN_PERCENT = 10.0
"""A difference that does not matter where no allowed change is given, in percent of the base."""
_ALLOWED = re.compile(r"\s*([a-z0-9_]+)\s*([<>])\s*([+-]?\d+(?:\.\d+)?)\s*(%|ms|)\s*", re.ASCII | re.IGNORECASE)


class ChangeFinding(StrEnum):
    """What a change shows."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "no difference"
    """None that matters: the whole interval is within the allowed change, or within `MARGIN_PERCENT`."""
    UNDECIDED = "undecided"
    """The interval includes zero and a change that would matter."""


class Allowed(Struct, frozen=True):
    """A change of a figure that fails a comparison: beyond `change`, in percent of the base or in the figure's unit."""

    name: str
    beyond: str
    """> or <."""
    change: float
    is_percent: bool

    def __str__(self) -> str:
        return f"{self.name}{self.beyond}{self.change:+g}{'%' if self.is_percent else ''}"


class Compared(Struct, frozen=True, kw_only=True):
    """One figure of both runs. `change` is new minus base, `percent` the same in percent of the base."""

    name: str
    label: str
    unit: str
    base: Estimate
    new: Estimate
    change: Estimate
    percent: Estimate
    lower_is_better: bool = True
    finding: ChangeFinding = ChangeFinding.UNDECIDED
    allowed: Allowed | None = None
    failed: bool = False
    """The whole interval is beyond the allowed change."""
    not_decided: bool = False
    """Not failed, but not kept either: the measured change is beyond the allowed one and its interval is not, or there
    is no such interval or no value."""

    def sentence(self) -> str:
        """The finding in words, with the size of the change."""
        if self.change.value is None:
            return "undecided: one of the runs has too few values for it"
        if self.change.low is None and self.change.high is None:
            return f"undecided, one of the runs has no interval for it: {self.size()}"
        size = f"{self.size()} ({interval_text(self.change, '+.1f')})"
        if self.finding is ChangeFinding.SAME:
            most = max(abs(self.change.low or 0.0), abs(self.change.high or 0.0))
            return f"no difference larger than {most:.1f} {self.change_unit}: {size}"
        if self.finding is ChangeFinding.UNDECIDED:
            return f"undecided, this data does not exclude a change that matters: {size}"
        return f"{self.finding.value}: {size}"

    def size(self) -> str:
        """The change with its unit."""
        return "" if self.change.value is None else f"{self.change.value:+.1f} {self.change_unit}"

    @property
    def change_unit(self) -> str:
        """Of the change: that of shares is in percentage points."""
        return "points" if self.unit == "%" else self.unit


def interval_text(estimate: Estimate, form: str = ".1f") -> str:
    """The interval in words; `form` is that of its ends."""
    low, high = (None if end is None else format(end, form) for end in (estimate.low, estimate.high))
    if low is None and high is None:
        return "no interval"
    if low is None:
        return f"95 % interval up to {high}, open below"
    return f"95 % interval {low} to {high}" if high is not None else f"95 % interval from {low}, open above"


def parse_allowed(text: str) -> Allowed:
    """Parse ``update_p95_ms>+10%``; raises `ProblemError` (limit_invalid)."""
    match = _ALLOWED.fullmatch(text)
    if match is None:
        raise ProblemError(
            Problem(
                code="limit_invalid",
                what=f"The change “{text}” cannot be read.",
                todo="Write a figure, > or <, and a change, for example update_p95_ms>+10% or update_p95_ms>+50.",
            )
        )
    name, beyond, change, unit = match.groups()
    return Allowed(name, beyond, float(change), unit == "%")


def compare(
    name: str,
    label: str,
    unit: str,
    base: Estimate,
    new: Estimate,
    *,
    lower_is_better: bool = True,
    allowed: Allowed | None = None,
) -> Compared:
    """Compare a figure of two runs."""
    change = difference(base, new)
    allowed_change = _change(base, allowed)
    failed = allowed is not None and _is_beyond(change, allowed.beyond, allowed_change)
    return Compared(
        name=name,
        label=label,
        unit=unit,
        base=base,
        new=new,
        change=change,
        percent=_in_percent(change, base),
        lower_is_better=lower_is_better,
        finding=_finding(change, abs(allowed_change), lower_is_better=lower_is_better),
        allowed=allowed,
        failed=failed,
        not_decided=allowed is not None and not failed and _is_open(change, allowed.beyond, allowed_change),
    )


def difference(base: Estimate, new: Estimate) -> Estimate:
    """New minus base with its interval; each end needs the opposite one of the base."""
    n = min(base.n, new.n)
    if base.value is None or new.value is None:
        return Estimate(n=n)
    value = new.value - base.value
    low = high = None
    if new.low is not None and base.high is not None:
        low = value - math.hypot(new.value - new.low, base.high - base.value)
    if new.high is not None and base.low is not None:
        high = value + math.hypot(new.high - new.value, base.value - base.low)
    return Estimate(value, low, high, n)


def _in_percent(change: Estimate, base: Estimate) -> Estimate:
    if not base.value or change.value is None:
        return Estimate(n=change.n)
    scale = 100 / abs(base.value)
    low, high = (None if each is None else each * scale for each in (change.low, change.high))
    return Estimate(change.value * scale, low, high, change.n)


def _change(base: Estimate, allowed: Allowed | None) -> float:
    """The allowed change in the figure's unit; of a base of 0, each share is 0."""
    if allowed is not None and not allowed.is_percent:
        return allowed.change
    percent = MARGIN_PERCENT if allowed is None else allowed.change
    return percent / 100 * abs(base.value or 0.0)


def _finding(change: Estimate, margin: float, *, lower_is_better: bool) -> ChangeFinding:
    low = -math.inf if change.low is None else change.low
    high = math.inf if change.high is None else change.high
    if low <= 0 <= high:
        return ChangeFinding.SAME if max(-low, high) <= margin else ChangeFinding.UNDECIDED
    return ChangeFinding.BETTER if (high < 0) is lower_is_better else ChangeFinding.WORSE


def _is_beyond(change: Estimate, beyond: str, limit: float) -> bool:
    if beyond == ">":
        return change.low is not None and change.low > limit
    return change.high is not None and change.high < limit


def _is_open(change: Estimate, beyond: str, limit: float) -> bool:
    """Whether a change that is not proven to be beyond the limit is measured there, or could never be proven."""
    sign = 1 if beyond == ">" else -1
    nearer, further = (change.low, change.high) if sign > 0 else (change.high, change.low)
    if change.value is None:
        return True
    if further is not None and sign * further <= sign * limit:
        return False
    return nearer is None or sign * change.value > sign * limit
