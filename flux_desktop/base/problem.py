"""A problem as a person is told of it: what happened, why, and what to do next.

Every package translates its errors into this one shape at its own edge, so that both front ends can show
them alike and no class name or traceback ever reaches the screen.
"""

from __future__ import annotations

import msgspec

from flux_desktop.base.redaction import redact_sentence


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What a person reads when something failed.

    `code` is a stable lower-case name for tests, recordings and tables, such as ``tls_untrusted``. No secret is ever
    in the sentences, whatever they were made of.
    """

    code: str
    what: str
    why: str = ""
    todo: str = ""

    def __post_init__(self) -> None:
        for name in ("what", "why", "todo"):
            words = getattr(self, name)
            if (clean := redact_sentence(words)) != words:
                msgspec.structs.force_setattr(self, name, clean)

    def sentence(self) -> str:
        """All parts on one line, in reading order."""
        return " ".join(part for part in (self.what, self.why, self.todo) if part)


class ProblemError(Exception):
    """An expected failure that carries its `Problem`; never a bug."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence())
        self.problem = problem
