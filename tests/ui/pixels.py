"""What colours a picture has, and where: read as an array, because asking for each pixel takes seconds."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QColor, QImage


def rgb_of(image: QImage) -> Any:
    """The colours as numbers ``0xrrggbb``, by row and column."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(plain.constBits(), np.uint32).reshape(plain.height(), plain.bytesPerLine() // 4)
    return rows[:, : plain.width()] & 0xFFFFFF


def mask_of(image: QImage, colour: str) -> Any:
    """By row and column, which pixels have this colour."""
    return rgb_of(image) == (QColor(colour).rgb() & 0xFFFFFF)


def columns_of(image: QImage, colour: str) -> list[int]:
    """The columns that have a pixel of this colour."""
    return [int(x) for x in np.flatnonzero(mask_of(image, colour).any(axis=0))]


def rows_of(image: QImage, colour: str) -> list[int]:
    """The rows that have a pixel of this colour."""
    return [int(y) for y in np.flatnonzero(mask_of(image, colour).any(axis=1))]


def names_of(image: QImage) -> set[str]:
    """All colours of a picture, such as ``#1e2227``."""
    return {f"#{rgb:06x}" for rgb in np.unique(rgb_of(image)).tolist()}
