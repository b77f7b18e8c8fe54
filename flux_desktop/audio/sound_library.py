"""soundfile, whose library stays loaded until the process has ended.

A thread that was abandoned may still be decoding when Python ends, and Python would unload the library under it.
"""

from __future__ import annotations

import ctypes

import soundfile as soundfile

ctypes.pythonapi.Py_IncRef(ctypes.py_object(getattr(soundfile, "_snd", None)))
