"""Try, tune, load-test and demonstrate Deepgram Flux on Amazon SageMaker endpoints."""

import atexit
import gc
import os
import sys

__version__ = "0.1.0"

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    # ``python -m flux_desktop…`` (argv is ["-m"] while this package is imported) puts the working directory first on
    # the module path: a msgspec.py or wave.py that lies there must not be executed. Last on the path, a checkout that
    # is not installed still finds itself.
    del sys.path[:1]
    sys.path.append(os.path.dirname(__path__[0]))

# The matrix products here are small, yet importing NumPy starts a thread for each further core, and they spin for a
# while: up to 0.1 s of CPU in each of the many processes. Child processes inherit the limit; a value that is set stays.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Python collects several times while it ends, 0.1 s of CPU in all, what the system takes back anyway.
atexit.register(gc.freeze)
