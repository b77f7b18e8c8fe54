"""Design tokens: the colours of the dark and light theme, one type scale, one spacing scale."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QFont


@dataclass(frozen=True, slots=True)
class Theme:
    """Colour tokens. Text tokens reach a contrast of 4.5:1 on `window`, `panel` and `raised`.

    `on_*` is the text that stands on a fill of that colour.
    """

    name: str
    window: str
    panel: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    accent_dim: str
    ok: str
    warn: str
    danger: str
    eager: str
    on_fill: str
    ok_soft: str
    warn_dim: str
    danger_dim: str
    danger_soft: str
    eager_dim: str
    grid: str


DARK = Theme(
    name="dark",
    window="#0f1317",
    panel="#191e24",
    raised="#20262e",
    border="#303842",
    text="#e8ecf0",
    muted="#9da8b4",
    accent="#5aa2ff",
    on_accent="#06131f",
    accent_soft="#1b2a3f",
    accent_dim="#34649c",
    ok="#45c08a",
    warn="#e6b84a",
    danger="#f27b6c",
    eager="#b897f5",
    on_fill="#0b1116",
    ok_soft="#2c7a58",
    warn_dim="#8a6d2c",
    danger_dim="#a8483d",
    danger_soft="#6e332d",
    eager_dim="#6b5399",
    grid="#2a313a",
)
LIGHT = Theme(
    name="light",
    window="#eef1f4",
    panel="#ffffff",
    raised="#f5f7f9",
    border="#cfd6dd",
    text="#182028",
    muted="#55606c",
    accent="#1763c6",
    on_accent="#ffffff",
    accent_soft="#e3eefc",
    accent_dim="#8db8ee",
    ok="#0f6f48",
    warn="#855700",
    danger="#b3261e",
    eager="#6a3fc0",
    on_fill="#ffffff",
    ok_soft="#8fc9ae",
    warn_dim="#d9b36c",
    danger_dim="#d9766f",
    danger_soft="#efc0bc",
    eager_dim="#b9a4e4",
    grid="#dde3e8",
)

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 12, 16, 24
TYPE_CAPTION_PX, TYPE_BODY_PX, TYPE_TITLE_PX, TYPE_READING_PX = 11, 13, 15, 16


def font(size_px: int, *, bold: bool = False, fixed: bool = False) -> QFont:
    """The system's font in one size of the scale."""
    face = QFont()
    if fixed:
        face.setFamilies(["SF Mono", "Menlo", "DejaVu Sans Mono", "monospace"])
        face.setStyleHint(QFont.StyleHint.Monospace)
    face.setPixelSize(size_px)
    face.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return face
