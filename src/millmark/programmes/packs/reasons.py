"""The sentences that tell why a condition was answered as it was; each with a stable code."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from millmark.programmes.grade import Grade
from millmark.programmes.packs.asked import AssessedBy, DecidedBy
from millmark.programmes.packs.facts import Fact
from millmark.programmes.packs.vectors import FactValue
from millmark.programmes.rules import Reason


def threshold_empty(text_zh: str, text_en: str) -> Reason:
    return Reason(
        "threshold_empty",
        f"政策数值未填写,无法判定:{text_zh}",
        f"The policy's number is not filled in, so this cannot be decided: {text_en}",
    )


def other_formula(version: str) -> Reason:
    return Reason(
        "other_formula",
        f"提交的凭证不是按公式版本{version}计算的。",
        f"No claim presented was computed by version {version} of the formula.",
    )


def facts(text_zh: str, text_en: str, *, met: bool) -> Reason:
    return Reason(
        "facts_met" if met else "facts_not_met",
        f"{'符合' if met else '不符合'}:{text_zh}",
        f"{'Holds' if met else 'Does not hold'}: {text_en}",
    )


def value(found: Decimal, required: str, unit: str, *, met: bool) -> Reason:
    shown = f"{format(found, 'f')}{' ' + unit if unit else ''}"
    return Reason(
        "value_met" if met else "value_not_met",
        f"数值为{shown},{'达到' if met else '未达到'}要求 {required}。",
        f"The value {shown} {'meets' if met else 'does not meet'} the required {required}.",
    )


def facts_missing(names_zh: Sequence[str], names_en: Sequence[str]) -> Reason:
    return Reason(
        "facts_missing",
        f"缺少数据:{'、'.join(names_zh)}。",
        f"Not given: {', '.join(names_en)}.",
    )


def machines_say(fact: Fact, proven: FactValue, said: FactValue) -> Reason:
    unit = f" {fact.unit}" if fact.unit else ""
    return Reason(
        "machines_say_otherwise",
        f"{fact.name_zh}:填报为{_shown(said)}{unit},机器证明为{_shown(proven)}{unit};按机器证明计算。",
        f"{fact.name_en}: {_shown(said)}{unit} is said, the machines prove {_shown(proven)}{unit}, which counts.",
    )


def _shown(value: FactValue) -> str:
    if not isinstance(value, Decimal):
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def facts_too_weak(grade: Grade, required: Grade) -> Reason:
    return Reason(
        "facts_too_weak",
        f"数据的证据等级为{grade.name_zh},要求{required.name_zh}。",
        f"The facts are {grade.name_en}, {required.name_en} is required.",
    )


def expression(problem: str) -> Reason:
    return Reason(
        "expression_failed",
        f"规则表达式无法计算({problem}),因此不作结论。",
        f"The rule's expression cannot be computed ({problem}), so nothing is concluded.",
    )


def document(name_zh: str, name_en: str, *, given: bool) -> Reason:
    if given:
        return Reason("document_given", f"已提交:{name_zh}。", f"Attached: {name_en}.")
    return Reason("document_missing", f"未提交:{name_zh}。", f"Not attached: {name_en}.")


def recognition(programme: str, *, held: bool) -> Reason:
    if held:
        return Reason("recognition_held", f"已获“{programme}”认定。", f"Recognised in {programme}.")
    return Reason("recognition_not_held", f"未获“{programme}”认定。", f"Not recognised in {programme}.")


def no_assessment(pack: str, edition: str, *, by_expert: AssessedBy) -> Reason:
    expert = by_expert is AssessedBy.EXPERT
    return Reason(
        "no_assessment",
        f"没有{'专家' if expert else ''}评估结果({pack} {edition})。",
        f"There is no {'expert ' if expert else ''}assessment by {pack} {edition}.",
    )


def level(found: int, at_least: int, *, met: bool) -> Reason:
    return Reason(
        "level_met" if met else "level_not_met",
        f"评估等级为{found}级,要求不低于{at_least}级。",
        f"The assessed level is {found}; {at_least} is the least.",
    )


def judged(decided_by: DecidedBy, answer: bool | None) -> Reason:
    who_zh, who_en = ("经办人", "officer") if decided_by is DecidedBy.OFFICER else ("专家", "expert")
    if answer is None:
        return Reason("not_judged", f"尚待{who_zh}判断。", f"To be judged by an {who_en}.")
    return Reason(
        "judged_met" if answer else "judged_not_met",
        f"{who_zh}判断为{'符合' if answer else '不符合'}。",
        f"The {who_en} judged that it {'holds' if answer else 'does not hold'}.",
    )
