"""A failure described for the user: what happened, why, and what to do next.

Every package translates its errors into this form at its own boundary, so that both front ends show them alike and no
class name or traceback reaches the screen.
"""

from __future__ import annotations

import msgspec

from flux_desktop.base.plain_text import encodable
from flux_desktop.base.redaction import redact_sentence


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What the user reads when something failed.

    `code` is a stable lower-case name for tests, recordings and tables, such as ``tls_untrusted``. Secrets are removed
    from the sentences when a problem is created, and what no file or pipe can hold: bytes of a path that are no text.
    """

    code: str
    what: str
    why: str = ""
    todo: str = ""

    def __post_init__(self) -> None:
        for name in ("what", "why", "todo"):
            text = getattr(self, name)
            if (clean := redact_sentence(encodable(text))) != text:
                msgspec.structs.force_setattr(self, name, clean)

    def sentence(self) -> str:
        """All parts as one line of text."""
        return " ".join(part for part in (self.what, self.why, self.todo) if part)


class ProblemError(Exception):
    """An expected failure that carries its `Problem`; never a bug."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence())
        self.problem = problem
