"""Arrow's arrays from Python's texts and NumPy's numbers, and back, by ways that do not load pandas.

`pyarrow.array` and `to_numpy` import it, which takes longer than reading a plan.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy
import pyarrow
from numpy.typing import NDArray


def text_array(texts: Sequence[str | None]) -> pyarrow.StringArray:
    """Return texts, some of them perhaps missing, as an array; raise `UnicodeEncodeError` for half a character."""
    builder = pyarrow.lib.StringBuilder()
    builder.append_values(texts)
    return builder.finish()


def code_array(codes: NDArray[numpy.int32]) -> pyarrow.Int32Array:
    """Return numbers as an array."""
    held = numpy.ascontiguousarray(codes, numpy.int32)
    return pyarrow.Array.from_buffers(pyarrow.int32(), len(held), [None, pyarrow.py_buffer(held)])


def codes_of(array: pyarrow.Int32Array) -> NDArray[numpy.int32]:
    """Return the numbers of an array; any number where one is missing."""
    held = array.buffers()[1]
    if held is None or not len(array):
        return numpy.zeros(0, numpy.int32)
    return numpy.frombuffer(held, numpy.int32, len(array), array.offset * 4)


def truths_of(array: pyarrow.BooleanArray) -> NDArray[numpy.bool_]:
    """Return the truths of an array of which none is missing."""
    return _bits(array.buffers()[1], array)


def is_given(array: pyarrow.Array) -> NDArray[numpy.bool_]:
    """Return for each row of an array whether it is not missing."""
    held = array.buffers()[0]
    return numpy.ones(len(array), numpy.bool_) if held is None else _bits(held, array)


def _bits(held: pyarrow.Buffer, array: pyarrow.Array) -> NDArray[numpy.bool_]:
    if held is None or not len(array):
        return numpy.zeros(0, numpy.bool_)
    bits = numpy.unpackbits(numpy.frombuffer(held, numpy.uint8), bitorder="little")
    return bits[array.offset : array.offset + len(array)].astype(numpy.bool_)


def encoded(texts: pyarrow.StringArray, codes: NDArray[numpy.int32]) -> pyarrow.DictionaryArray:
    """Return a column whose rows have `texts` by their numbers."""
    return pyarrow.DictionaryArray.from_arrays(code_array(codes), texts)
