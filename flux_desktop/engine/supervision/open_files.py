"""Whether this system lets a run's processes open as many files as its connections need."""

from __future__ import annotations

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.plan import RunPlan

PROCESS_FILES = 24
"""Open in a worker and in the built-in endpoint beside the connections: pipes, libraries, event loop, recording."""


def open_files_problem(plan: RunPlan, workers: int, allowed: int) -> Problem | None:
    """The problem of a run over `workers` processes that may open `allowed` files each; None if there is none.

    The built-in endpoint serves all connections in one process, a worker its share.
    """
    in_one_process = plan.held if plan.is_local else -(-plan.held // max(1, workers))
    needed = in_one_process + PROCESS_FILES
    if needed <= allowed:
        return None
    return Problem(
        code="open_files_few",
        what=f"This system lets a program open only {allowed} files.",
        why=f"A run of {plan.held} connections needs about {needed} in one process.",
        todo="Use fewer connections, or raise the hard limit “nofile” (ulimit -Hn, /etc/security/limits.conf).",
    )
