"""A process that does nothing but judge: set up for speed. Never called by the library, whose process is the user's."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

SELDOM = 200_000  # objects made between two looks for garbage: millions of samples, and hardly ever a cycle


class _Hidden:
    """Finds no pandas."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)
        return None


class _Unmasked(ModuleType):
    """Stands for numpy.ma until somebody wants more of it than to hear that an array is not masked."""

    class MaskedArray:
        """No array is one of these."""

    @staticmethod
    def is_masked(array: object) -> bool:
        """Nor has one a mask: there is none before the real one is imported."""
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


def settle() -> None:
    """Start light: pyarrow does without pandas, numpy without threads of its own, and garbage is looked for seldom.

    pyarrow imports pandas, where it is installed, to ask of the first list it meets whether it is a Series (0.3 s).
    Each part of it asks once; asked while pandas is hidden, it knows of none, and still converts where told to. Of
    every numpy array it asks whether it is masked, as numpy.unique does, which imports numpy.ma (0.06 s).
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import numpy as np
    import pyarrow as pa

    if "numpy.ma" not in sys.modules:
        np.ma = _Unmasked("numpy.ma")  # type: ignore[attr-defined,unused-ignore]  # a real import puts the real one there
    if "pandas" not in sys.modules:
        hidden = _Hidden()
        sys.meta_path.insert(0, hidden)
        try:
            pa.array([""]).to_numpy(zero_copy_only=False)  # its Python and its C++ side ask, each once
        finally:
            sys.meta_path.remove(hidden)
    gc.set_threshold(SELDOM, 50, 100)
