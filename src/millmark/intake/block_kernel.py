"""The pass from readings to a block's rows, for batches in which every reading may go on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from millmark.model.batch import F64, I32, I64, U8, U32
from millmark.model.compiled import compiled


@compiled
def place(
    tag: I32,
    time_us: I64,
    value: F64,
    quality: U8,
    code: U32,
    series_of_tag: I64,
    is_text_of_tag: NDArray[np.bool_],
    earliest_us: int,
    latest_us: int,
    into_series: U32,
    into_time_us: I64,
    into_value: F64,
    into_quality: U8,
    into_code: U32,
    at: int,
) -> int:
    """Writes numeric readings as rows from `at` on and returns where they end; -1 when one of them has no series that
    holds numbers, or a time outside the bounds: then what was written behind `at` means nothing."""
    for row in range(len(tag)):
        number = tag[row]
        series = series_of_tag[number]
        if series < 0 or is_text_of_tag[number] or time_us[row] < earliest_us or time_us[row] > latest_us:
            return -1
        into_series[at] = series
        into_time_us[at] = time_us[row]
        into_value[at] = value[row]
        into_quality[at] = quality[row]
        into_code[at] = code[row]
        at += 1
    return at


@compiled
def keep_newest(
    series: U32,
    source_us: I64,
    received_us: I64,
    value: F64,
    quality: U8,
    code: U32,
    newest_source_us: I64,
    newest_received_us: I64,
    newest_value: F64,
    newest_quality: U8,
    newest_code: U32,
    is_text: NDArray[np.bool_],
) -> None:
    """Puts each row in its series' place when it is no older than what stands there."""
    for row in range(len(series)):
        place_of = series[row]
        if source_us[row] >= newest_source_us[place_of]:
            newest_source_us[place_of] = source_us[row]
            newest_received_us[place_of] = received_us[row]
            newest_value[place_of] = value[row]
            newest_quality[place_of] = quality[row]
            newest_code[place_of] = code[row]
            is_text[place_of] = False
