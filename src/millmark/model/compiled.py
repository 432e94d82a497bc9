"""Compiles a function over arrays to machine code, keeping its Python type.

Kernels stand in files named `*_kernel.py`, which rooms import where they start to need them: loading the compiler takes
most of a second, and a command that reads no points should not pay for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)
Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function as a kernel: runs without the interpreter's lock, compiled at its first call with given types.

    The machine code is kept on disk beside the source (or in the user's cache folder when that cannot be written), so
    only the first process that ever calls it waits for the compiler. Integers wrap around, as in NumPy, and reading
    outside an array is not checked: a kernel checks its own bounds.
    """
    return cast("Function", njit(cache=True, nogil=True)(function))


def kernel_array(column: NDArray[Number]) -> NDArray[Number]:
    """The array as kernels are compiled for it, contiguous and open for writing; a copy where it is neither, as with
    memory that belongs to Arrow or to bytes. Any other form would be compiled for anew, in the middle of the work."""
    return np.require(column, requirements=("C", "W"))
