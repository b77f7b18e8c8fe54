"""How long tests wait: far longer than anything takes that they wait for, as the machine may stand still for seconds.

What must end soon is waited for with this limit, and is compared with something that takes longer still or never ends.
"""

from __future__ import annotations

PATIENCE_S = 60.0
"""Less than pytest's own limit for a test, so that a failed wait is told by its own sentence."""
