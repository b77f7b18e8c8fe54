"""A locale in UTF-8 for Qt, which in any other one changes it by itself and prints four lines about that."""

from __future__ import annotations

import contextlib
import locale
import os
import sys
from collections.abc import MutableMapping

UTF8 = "C.UTF-8"


def use_utf8(environ: MutableMapping[str, str] = os.environ) -> None:
    """Change the encoding of this process and its children if it is not UTF-8. Call it before Qt is started.

    That is the case with ``LANG=C``, and where the locale is not installed, such as that of another machine after ssh.
    """
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, "")
    if locale.nl_langinfo(locale.CODESET).upper() == "UTF-8":
        return
    if "LC_ALL" in environ:  # it has priority over LC_CTYPE
        environ["LANG"] = environ.pop("LC_ALL")
    environ["LC_CTYPE"] = UTF8
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, UTF8)
