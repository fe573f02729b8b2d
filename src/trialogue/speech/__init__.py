"""Local speech engines behind small Protocols: voice activity, recognition, synthesis, formats.

This module imports nothing heavy: numpy, soxr, onnxruntime and ctranslate2 are loaded with the modules that
need them, or at the first use of the engines.
"""

from __future__ import annotations

import mmap
import os
import sys
from typing import Final

__all__ = ["limit_threads"]

_MOST_AT_LOADING: Final = 128 * 1024 * 1024
"""Bytes of address space that numpy takes when it loads, with one thread."""


def limit_threads() -> None:
    """Limit the number libraries to one thread each; call it before anything imports numpy.

    OpenMP and OpenBLAS read their environment once, when they load. On the small matrices of speech more
    threads use more CPU for the same wall time. Values that the operator has set are kept.

    OSError (ENOMEM) where there is too little memory for numpy: OpenBLAS would end the process.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    if "numpy" not in sys.modules:
        mmap.mmap(-1, _MOST_AT_LOADING).close()
