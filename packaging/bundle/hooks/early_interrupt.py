"""Let Ctrl+C end the process silently until the program itself takes over: PyInstaller's hooks import Qt, which aborts
with a fatal error when it is interrupted. Runs before those hooks."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where it is ignored
    signal.signal(signal.SIGINT, signal.SIG_DFL)
