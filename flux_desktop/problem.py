"""A problem as a person is told of it: what happened, why, and what to do next.

Every package translates its errors into this one shape at its own edge, so that both front ends can show
them alike and no class name or traceback ever reaches the screen.
"""

from __future__ import annotations

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What a person reads when something failed.

    `code` is a stable lower-case name for tests, recordings and tables, such as ``tls_untrusted``.
    """

    code: str
    what: str
    why: str = ""
    todo: str = ""

    def sentence(self) -> str:
        """All parts on one line, in reading order."""
        return " ".join(part for part in (self.what, self.why, self.todo) if part)


class ProblemError(Exception):
    """An expected failure that carries its `Problem`; never a bug."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence())
        self.problem = problem
