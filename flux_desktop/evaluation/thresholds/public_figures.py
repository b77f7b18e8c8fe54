"""Published figures of other detectors, to compare with: marks on the curve, never measured here.

Source: the table of livekit/eot-bench (English, cut-offs per hold), as of November 2026. Its trace of Flux ends at a
threshold of 0.7, so that Flux is understated.
"""

from __future__ import annotations

from msgspec import Struct

AS_OF = "2026-11"
SOURCE = "livekit/eot-bench, English"


class PublicFigure(Struct, frozen=True, kw_only=True):
    """Share of holds cut off (0 to 1) at a wait in milliseconds."""

    detector: str
    cut_share: float
    wait_ms: int
    note: str = ""


_FLUX_NOTE = "Understated: its trace ends at a threshold of 0.7."
PUBLIC_FIGURES = (
    PublicFigure(detector="LiveKit v1", cut_share=0.05, wait_ms=543),
    PublicFigure(detector="LiveKit v1", cut_share=0.10, wait_ms=295),
    PublicFigure(detector="Flux", cut_share=0.05, wait_ms=1151, note=_FLUX_NOTE),
    PublicFigure(detector="Flux", cut_share=0.10, wait_ms=548, note=_FLUX_NOTE),
    PublicFigure(detector="fixed silence", cut_share=0.05, wait_ms=1600),
    PublicFigure(detector="fixed silence", cut_share=0.10, wait_ms=1000),
)
