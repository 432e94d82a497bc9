"""What the API says in Chinese to whoever asks in Chinese (Accept-Language); everybody else reads English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request

NEXT_STEPS: Final[Mapping[str, str]] = {
    "Correct what the message names and send it again.": "请按提示改正后重新提交。",
    "Look up what exists, then name one of these.": "请先查看已有的内容,再从中选择。",
    "Look at what is there already, then decide what should hold.": "请先查看已有的内容,再决定以何为准。",
    "Do what the message says first.": "请先按提示处理。",
    "Take the step that the message names first.": "请先完成提示所说的步骤。",
    "Correct the sheet as the message says and send it again.": "请按提示改正表格后重新上传。",
    "Send another file as the message says.": "请按提示更换文件后重新上传。",
}
"""What to do next, by its English sentence."""

_FIELDS: Final[Mapping[str, str]] = {
    "missing": "必填",
    "string_too_short": "不能为空",
    "blank": "{names} 不能为空",
    "string_too_long": "最多{max_length}个字",
    "date_from_datetime_parsing": "不是日期,请写成 2023-07-26",
    "date_from_datetime_inexact": "不是日期,请写成 2023-07-26",
    "date_parsing": "不是日期,请写成 2023-07-26",
    "date_type": "不是日期,请写成 2023-07-26",
    "int_parsing": "不是整数",
    "int_type": "不是整数",
    "int_from_float": "不是整数",
    "float_parsing": "不是数字",
    "float_type": "不是数字",
    "decimal_parsing": "不是数字",
    "decimal_type": "不是数字",
    "finite_number": "不是数字",
    "bool_parsing": "应为是或否",
    "greater_than_equal": "不能小于{ge}",
    "greater_than": "应大于{gt}",
    "less_than_equal": "不能大于{le}",
    "less_than": "应小于{lt}",
    "literal_error": "只能是{expected}之一",
    "enum": "只能是{expected}之一",
    "string_pattern_mismatch": "格式不对",
    "extra_forbidden": "没有这一项",
}
"""What is wrong with a field of a request, by pydantic's name for it."""


_NAMES: Final[Mapping[str, str]] = {
    "kind": "类别",
    "area": "区域",
    "subject": "名称",
    "quantity": "数量",
    "date": "日期",
    "period_start": "开始日期",
    "period_end": "结束日期",
    "holds_until": "终止日期",
    "longitude": "经度",
    "latitude": "纬度",
    "source": "来源",
    "owner": "责任单位",
    "part_of": "所属批量记录",
    "reason": "理由",
    "name": "名称",
}


def is_asked_for(request: Request) -> bool:
    """Whether the first language that the reader wants is Chinese."""
    return request.headers.get("accept-language", "").strip().lower().startswith("zh")


def field_problem(problem: Mapping[str, Any]) -> str:
    """A field and what pydantic found wrong with it; its own words for what has none here."""
    place = [str(part) for part in problem["loc"] if part not in ("body", "query", "path")]
    told = _FIELDS.get(str(problem["type"]))
    what = str(problem["msg"]) if told is None else told.format_map(problem.get("ctx") or {})
    return f"{_NAMES.get('.'.join(place[-1:]), '.'.join(place))}:{what}"
