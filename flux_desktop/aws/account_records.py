"""What was seen of an endpoint's account during a run, as lines of a JSONL file: data only.

Times are seconds since 1970. Those of AWS (metrics, alarms, activities) are AWS's own; those of a look at the endpoint
are this machine's. `ClockOffset` connects the two.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from flux_desktop.base.problem import Problem

ACCOUNT_FILE = "account.jsonl"
"""Its name in a session folder."""
SCHEMA_VERSION = 1
STREAMS_METRIC = "ConcurrentRequestsPerModel"
CONCURRENCY_METRIC = "SageMakerVariantConcurrentRequestsPerModelHighResolution"
"""The predefined metric of a scaling policy that follows concurrent streams, 10 s."""


class Begun(Struct, frozen=True, kw_only=True, tag_field="record", tag="begun"):
    """The first line: what is observed, and how often.

    `origin_s` is the time of the run's zero by this machine's clock; `look_s` the interval of looks at the endpoint,
    which is also the resolution of the fast metrics; `slow_s` that of the others.
    """

    schema: int
    endpoint: str
    region: str
    origin_s: float
    look_s: float = 10.0
    slow_s: float = 60.0


class ClockOffset(Struct, frozen=True, kw_only=True, tag_field="record", tag="clock"):
    """AWS's clock minus this machine's, by the Date of an answer; exact to about a second."""

    t_s: float
    offset_s: float


class Sample(Struct, frozen=True, kw_only=True, tag_field="record", tag="metric"):
    """One value of CloudWatch, of the period that begins at `t_s`; a later line for the same period replaces it."""

    t_s: float
    metric: str
    variant: str
    value: float
    period_s: float


class InstanceCount(Struct, frozen=True, kw_only=True, tag_field="record", tag="instances"):
    """Instances of a variant as DescribeEndpoint says, written when they change; `t_s` by this machine's clock."""

    t_s: float
    variant: str
    running: int
    desired: int
    status: str = ""


class Activity(Struct, frozen=True, kw_only=True, tag_field="record", tag="activity"):
    """One scaling activity of Application Auto Scaling; a later line with its `id` replaces it."""

    id: str
    variant: str
    t_s: float
    ended_s: float | None = None
    status: str = ""
    description: str = ""
    cause: str = ""


class AlarmState(Struct, frozen=True, kw_only=True, tag_field="record", tag="alarm"):
    """The state that an alarm went into at `t_s`: OK, ALARM or INSUFFICIENT_DATA. `scales_out`: its limit is an upper
    one."""

    name: str
    t_s: float
    state: str
    scales_out: bool
    threshold: float | None = None
    reason: str = ""


class Policy(Struct, frozen=True, kw_only=True, tag_field="record", tag="policy"):
    """A scaling policy; `metric` and `target` are None unless it tracks a target."""

    name: str
    variant: str
    kind: str
    metric: str | None = None
    target: float | None = None
    scale_out_cooldown_s: int | None = None
    scale_in_cooldown_s: int | None = None
    alarms: tuple[str, ...] = ()


class ScalableTarget(Struct, frozen=True, kw_only=True, tag_field="record", tag="scalable_target"):
    """Between how many instances a variant scales."""

    variant: str
    min_instances: int
    max_instances: int


class NotRead(Struct, frozen=True, kw_only=True, tag_field="record", tag="not_read"):
    """A call that failed, by its IAM name; written once for each action and problem."""

    t_s: float
    action: str
    problem: Problem


Record = Begun | ClockOffset | Sample | InstanceCount | Activity | AlarmState | Policy | ScalableTarget | NotRead
_DECODER = msgspec.json.Decoder(Record)


def encode_records(records: Iterable[Record]) -> bytes:
    """The records as lines, each with its newline."""
    return b"".join(msgspec.json.encode(record) + b"\n" for record in records)


def decode_records(lines: Iterable[bytes]) -> list[Record]:
    """The readable records; a line that is cut off or of an unknown kind is left out."""
    records = []
    for line in lines:
        try:
            records.append(_DECODER.decode(line))
        except (msgspec.DecodeError, UnicodeError):
            continue
    return records
