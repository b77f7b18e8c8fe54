"""Runtime hook of the frozen programs: lets pyqtgraph be imported without the OpenGL part of Qt (10 MB).

pyqtgraph imports those modules to draw with OpenGL, which the window does not enable.
"""

import sys
import types


class _WithoutOpenGL(types.ModuleType):
    """Replaces a module; the one class that is used at import is a plain widget."""

    def __getattr__(self, name):  # type: ignore[no-untyped-def]
        if name == "QOpenGLWidget":
            from PySide6.QtWidgets import QWidget

            return QWidget
        raise AttributeError(name)


for _name in ("QtOpenGL", "QtOpenGLWidgets"):
    sys.modules[f"PySide6.{_name}"] = _WithoutOpenGL(f"PySide6.{_name}")
