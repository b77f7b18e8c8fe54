"""The content of the frozen folder, for the PyInstaller spec and the tests of the folder."""

from __future__ import annotations

import re
from pathlib import PurePath

from flux_desktop.base.versions import PARTS

QT_MODULES = frozenset({"QtCore", "QtGui", "QtSvg", "QtWidgets"})
"""The Qt modules that the program imports; hooks/no_opengl.py replaces two more that pyqtgraph refers to."""
QT_LIBRARIES = frozenset(
    {
        "Core",
        "DBus",
        "Gui",
        "Svg",
        "WaylandClient",
        "Widgets",
        "XcbQpa",
    }
)
"""Of libQt6*: those of the modules, and those that the plugins below link."""
QT_PLUGINS = frozenset(
    {
        "platforms/libqxcb.so",
        "platforms/libqoffscreen.so",
        "platforms/libqwayland.so",
        "platformthemes/libqxdgdesktopportal.so",
        "wayland-shell-integration/libxdg-shell.so",
        "wayland-decoration-client/libadwaita.so",
        "wayland-decoration-client/libbradient.so",
        "platforminputcontexts/libcomposeplatforminputcontextplugin.so",
        "platforminputcontexts/libibusplatforminputcontextplugin.so",
        "iconengines/libqsvgicon.so",
        "imageformats/libqsvg.so",
    }
)
"""On Linux; on other systems the whole folders are small."""
QT_PLUGIN_FOLDERS = frozenset({"platforms", "styles", "iconengines", "imageformats"})
AWS_SERVICES = frozenset({"cloudwatch", "sagemaker", "sagemaker-runtime", "sts", "sso", "sso-oidc", "signin"})
"""Of the data of botocore (30 MB in total): the services that the program and signing in use."""
DESCRIBED = frozenset(name.lower() for name in ("flux-desktop", *PARTS))
"""Distributions whose version the program can report."""
MODULES = (
    "flux_desktop.audio.devices",
    "flux_desktop.audio.listening.process",
    "flux_desktop.audio.playing",
    "flux_desktop.cli.main",
    "flux_desktop.engine.supervision.level_monitor",
    "flux_desktop.engine.worker.worker",
    "flux_desktop.local_endpoint.__main__",
    "flux_desktop.local_endpoint.recognition.decode_worker",
    "flux_desktop.ui.app.app",
    "flux_desktop.ui.app.display_probe",
)
"""Entry points of processes; nothing imports them."""
LEFT_OUT = (
    # Optional imports of libraries, and development tools.
    "IPython",
    "OpenGL",
    "PIL",
    "PySide6.QtNetwork",
    "PySide6.QtOpenGL",
    "PySide6.QtOpenGLWidgets",
    "PySide6.QtTest",
    "certifi",
    "_pytest",
    "ctranslate2.converters",  # model conversion, which needs PyTorch
    "ctranslate2.specs",
    "cupy",
    "dask",  # the extra "cluster": not in the desktop package
    "distributed",
    "docutils",
    "h2",
    "h5py",
    "hypothesis",
    "lib2to3",
    "matplotlib",
    "moto",
    "mypy",
    "numba",
    "numpy._core._multiarray_tests",
    "numpy.f2py",
    "numpy.distutils",
    "pip",
    "pkg_resources",
    "psutil",
    "pydoc_data",
    "pyqtgraph.examples",
    "pyqtgraph.jupyter",
    "pyqtgraph.opengl",
    "pytest",
    "scipy",
    "setuptools",
    "sounddevice",
    "tkinter",
    "turtle",
    "xxsubtype",
    "yaml",
    # Python modules that link system libraries and are not used here.
    "_curses",
    "_dbm",
    "_gdbm",
    "curses",
    "dbm",
    "readline",
)
LEFT_TO_THE_SYSTEM = frozenset(
    {
        # Finds its plugins, and with them PulseAudio and PipeWire, in the folders of its own system.
        "libasound.so.2",
        # Present on every desktop, in a version that matches its settings, fonts and drivers.
        "libX11-xcb.so.1",
        "libX11.so.6",
        "libdbus-1.so.3",
        "libfontconfig.so.1",
        "libfreetype.so.6",
        "libglib-2.0.so.0",
        "libgthread-2.0.so.0",
    }
)
"""Libraries that the folder uses but does not contain, in addition to those that PyInstaller always leaves out."""
_QT_LIBRARY = re.compile(r"(?:lib)?Qt6(\w+?)(?:\.so.*|\.dll)?$")
_QT_MODULE = re.compile(r"(Qt\w+)\.(?:abi3\.so|so|pyd)$")
_BOTOCORE = re.compile(r"(?:boto3|botocore)/data/([\w.-]+)/")


def is_wanted(destination: str) -> bool:
    """Whether a file that PyInstaller collected is needed, by its path in the folder."""
    path = PurePath(destination).as_posix()
    if path in LEFT_TO_THE_SYSTEM:
        return False
    if path.startswith(("PySide6/", "libQt6")):
        return _is_wanted_of_qt(path)
    if match := re.match(r"(\w+)-[\w.]+\.dist-info/(.+)", path):
        # The other files describe the build machine, or repeat the notices.
        return match[1].replace("_", "-").lower() in DESCRIBED and match[2] == "METADATA"
    if match := _BOTOCORE.match(path):
        return path.startswith("botocore/") and match[1] in AWS_SERVICES
    return not path.startswith("boto3/examples/") and not path.endswith((".pyi", ".c", ".h", ".pyx", ".pxd"))


def _is_wanted_of_qt(path: str) -> bool:
    if "/translations/" in path or "/qml/" in path:
        return False
    _, is_plugin, name = path.partition("/plugins/")
    if is_plugin:
        return name in QT_PLUGINS if name.endswith(".so") else name.split("/")[0] in QT_PLUGIN_FOLDERS
    if match := re.search(r"/(Qt\w+)\.framework/", path):  # macOS
        return match[1].removeprefix("Qt") in QT_LIBRARIES
    name = PurePath(path).name
    if match := _QT_LIBRARY.match(name):
        return match[1] in QT_LIBRARIES
    match = _QT_MODULE.match(name)
    return match is None or match[1] in QT_MODULES
