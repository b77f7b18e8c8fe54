"""Runs at the start of a frozen program: pyqtgraph may be imported without the OpenGL part of Qt, 10 MB of the folder.

It imports those modules for drawing by OpenGL, which the window does not switch on.
"""

import sys
import types


class _WithoutOpenGL(types.ModuleType):
    """In place of a module: its one class that is named at import is a plain widget."""

    def __getattr__(self, name):  # type: ignore[no-untyped-def]
        if name == "QOpenGLWidget":
            from PySide6.QtWidgets import QWidget

            return QWidget
        raise AttributeError(name)


for _name in ("QtOpenGL", "QtOpenGLWidgets"):
    sys.modules[f"PySide6.{_name}"] = _WithoutOpenGL(f"PySide6.{_name}")
