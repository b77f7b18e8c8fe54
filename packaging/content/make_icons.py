"""Renders the icon of the program, resources/icons/flux-desktop.svg, in the formats of each system.

Usage: QT_QPA_PLATFORM=offscreen python packaging/content/make_icons.py

PNG files for Linux, an .ico for Windows and an .icns for macOS, both with PNG images.
"""

from __future__ import annotations

import struct
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUNDLE = ROOT / "packaging/bundle"
SOURCE = ROOT / "resources/icons/flux-desktop.svg"
LINUX_PX = (16, 24, 32, 48, 64, 128, 256)
ICO_PX = (16, 24, 32, 48, 64, 128, 256)
ICNS = {b"icp4": 16, b"icp5": 32, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}
"""Apple's names of the image sizes that are stored as PNG."""


def png(size_px: int) -> bytes:
    """The icon as a PNG file of that size."""
    picture = QImage(size_px, size_px, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    return bytes(data.data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon: a header, an entry per image, the images."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    at, lines = len(head) + 16 * len(pictures), b""
    for size_px, data in pictures.items():
        side = size_px % 256  # 256 is written as 0
        lines += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(data), at)
        at += len(data)
    return head + lines + b"".join(pictures.values())


def icns(pictures: dict[bytes, bytes]) -> bytes:
    """An Apple icon: a header, then each image with its name and length."""
    body = b"".join(name + struct.pack(">I", 8 + len(data)) + data for name, data in pictures.items())
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def main() -> None:
    """Write all of them."""
    app = QGuiApplication([])
    (BUNDLE / "linux/icons").mkdir(exist_ok=True)
    for size_px in LINUX_PX:
        (BUNDLE / f"linux/icons/{size_px}.png").write_bytes(png(size_px))
    (BUNDLE / "windows/flux-desktop.ico").write_bytes(ico({size_px: png(size_px) for size_px in ICO_PX}))
    (BUNDLE / "macos/flux-desktop.icns").write_bytes(icns({name: png(size_px) for name, size_px in ICNS.items()}))
    app.quit()


if __name__ == "__main__":
    main()
