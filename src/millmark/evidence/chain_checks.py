"""Checks of what a claim rests on: seals, their chain, and the leaves below them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from millmark.evidence.document import LeafProof
from millmark.evidence.errors import Malformed
from millmark.evidence.inspection import Inspection
from millmark.evidence.leaf import Leaf
from millmark.evidence.merkle import root_from
from millmark.evidence.needed import Incomplete, SealedDay, Shown, needed_positions, rows_needed
from millmark.evidence.report import CheckFailed, Sentence
from millmark.evidence.seal import Seal
from millmark.model import Period


def seal_signatures(inspection: Inspection) -> Sentence:
    for position, token in enumerate(inspection.document.seals, start=1):
        try:
            Seal.read(token).check_signature(inspection.document.key)
        except Malformed as error:
            raise CheckFailed(
                f"seal {position} of the document does not hold: {error}",
                f"文件中第 {position} 个封存记录无效：{error}",
            ) from error
    count = len(inspection.document.seals)
    return Sentence(f"all {count} seals are signed by the claim's issuer", f"全部 {count} 个封存记录均由签发者签名")


def seal_chain(inspection: Inspection) -> Sentence:
    """Each site's seals follow one another without a gap, up to the newest at the time of the claim."""
    heads = {ref.site: ref for ref in inspection.statement.heads}
    chains = _by_site(inspection.seals)
    if set(chains) != set(heads) or len(heads) != len(inspection.statement.heads):
        raise CheckFailed("the seals are of other sites than the claim names", "封存记录与凭证所列厂区不符")
    for site, chain in chains.items():
        for before, after in pairwise(chain):
            if after.sequence != before.sequence + 1 or after.previous != before.hash:
                raise CheckFailed(
                    f"the chain of {site} is broken: seal {after.sequence} does not follow seal {before.sequence}",
                    f"{site} 的封存链断裂：第 {after.sequence} 号不承接第 {before.sequence} 号",
                )
            if after.statement.sealed_at_us < before.statement.sealed_at_us:
                raise CheckFailed(
                    f"seal {after.sequence} of {site} is older than the one it follows",
                    f"{site} 第 {after.sequence} 号封存时间早于其前一号",
                )
        if (chain[-1].sequence, chain[-1].hash) != (heads[site].sequence, heads[site].hash):
            raise CheckFailed(
                f"the chain of {site} does not end in the seal that the claim names as newest",
                f"{site} 的封存链末端与凭证所列不符",
            )
        if chain[-1].sealed_at_us > inspection.statement.issued_at_us:
            raise CheckFailed(f"{site} was sealed after the claim was issued", f"{site} 的封存晚于凭证签发")
    return Sentence(f"the seals of {len(chains)} sites form unbroken chains", f"{len(chains)} 个厂区的封存链完整")


def sealed_days(inspection: Inspection) -> Sentence:
    """Every claimed day of every site is sealed, and no seal or amendment of these days is passed over."""
    statement = inspection.statement
    stated = {(ref.site, ref.sequence): ref.hash for ref in statement.seals}
    days = {claimed.date: claimed.day for claimed in statement.days}
    lead = statement.lead_date
    if lead is not None and lead != statement.days[0].date - timedelta(days=1):
        raise CheckFailed("the claim's lead day is not the day before its first", "引导日不是首日的前一天")
    relevant = {
        (seal.statement.site, seal.sequence): seal
        for seal in inspection.seals
        if seal.date in days or seal.date == lead
    }
    if {number: seal.hash for number, seal in relevant.items()} != stated or len(stated) != len(statement.seals):
        raise CheckFailed(
            "the claim does not rest on exactly the seals and amendments of its days",
            "凭证所依据的封存记录与其日期的全部封存记录不一致",
        )
    for site, chain in _by_site(inspection.seals).items():
        for day in days.values():
            _check_day(site, day.date, [seal for seal in chain if seal.date == day.date])
        for seal in chain:
            span = seal.statement.span.period
            local_day = Period.of_day(seal.date, ZoneInfo(seal.statement.time_zone))
            wrong = seal.date in days and span != days[seal.date].period
            joins = seal.date != lead or span.end_us == statement.result.span.start_us
            if wrong or span != local_day or not joins:
                raise CheckFailed(
                    f"the seal of {site} for {seal.date} covers another span of time than the claim's day",
                    f"{site} 在 {seal.date} 的封存时段与凭证所列日期不符",
                )
    first, last = statement.days[0].date, statement.days[-1].date
    return Sentence(
        f"every day from {first} to {last} is sealed; {len(stated)} seals are used",
        f"{first} 至 {last} 每日均已封存，共使用 {len(stated)} 个封存记录",
    )


def leaves_in_seals(inspection: Inspection) -> Sentence:
    """The revealed leaves lead to the roots that were sealed."""
    proofs = {(proof.site, proof.sequence): proof for proof in inspection.document.proofs}
    used = {day.number: day for day in inspection.used_days}
    if set(proofs) != set(used) or len(proofs) != len(inspection.document.proofs):
        raise CheckFailed("the proofs are of other seals than the claim uses", "叶子证明与所用封存记录不符")
    for number, day in used.items():
        try:
            inspection.shown[number] = _shown(proofs[number], day)
        except Malformed as error:
            site, sequence = number
            raise CheckFailed(
                f"the leaves shown of seal {sequence} of {site} are not those it sealed: {error}",
                f"{site} 第 {sequence} 号封存所示叶子与封存根不符：{error}",
            ) from error
    count = sum(len(shown.leaves) for shown in inspection.shown.values())
    return Sentence(f"all {count} leaves shown lead to sealed roots", f"所示 {count} 个叶子均归于已封存的根")


def leaves_complete(inspection: Inspection) -> Sentence:
    """No hour of a series that the value depends on was left out."""
    for day in inspection.used_days:
        try:
            needed = needed_positions(inspection.shown[day.number], day, inspection.demands)
        except Incomplete as error:
            raise CheckFailed(
                f"leaves of {error} of {day.statement.date} may be missing: the proof leaves room for more",
                f"{error} 在 {day.statement.date} 的叶子可能缺失：证明未排除更多叶子",
            ) from error
        if needed != frozenset(inspection.shown[day.number].leaves):
            raise CheckFailed(
                f"the proof for {day.statement.date} shows leaves that the claim has no use for",
                f"{day.statement.date} 的证明包含凭证不需要的叶子",
            )
    inspection.needed = rows_needed(inspection.shown, inspection.used_days, inspection.demands)
    count = sum(len(leaves) for leaves in inspection.needed.values())
    return Sentence(
        f"no hour of the series used was left out; the value depends on {count} leaves",
        f"所用测点的每个小时均无遗漏，数值依据 {count} 个叶子",
    )


def _by_site(seals: Iterable[Seal]) -> Mapping[str, list[Seal]]:
    chains: dict[str, list[Seal]] = {}
    for seal in seals:
        chains.setdefault(seal.statement.site, []).append(seal)
    return chains


def _check_day(site: str, day: date, seals: Sequence[Seal]) -> None:
    """A day has one seal, its first, and each amendment takes up where the one before ended."""
    if not seals or [seal.kind for seal in seals] != ["day", *["amendment"] * (len(seals) - 1)]:
        raise CheckFailed(f"{day} is not sealed for {site}", f"{site} 的 {day} 未封存")
    reached_us = 0
    for seal in seals:
        if seal.statement.received_after_us != reached_us or seal.statement.received_until_us < reached_us:
            raise CheckFailed(
                f"the seals of {day} of {site} leave out a time of receiving",
                f"{site} 的 {day} 各次封存的接收时段不连续",
            )
        reached_us = seal.statement.received_until_us


def _shown(proof: LeafProof, day: SealedDay) -> Shown:
    statement = day.statement
    leaves = {revealed.position: revealed.leaf for revealed in proof.leaves}
    ordered = [leaves[position].place for position in sorted(leaves)]
    if [revealed.position for revealed in proof.leaves] != sorted(leaves):
        raise Malformed("the leaves are not in their order")
    if any(before >= after for before, after in pairwise(ordered)):
        raise Malformed("the leaves are not in the order of series and hour")
    span = statement.span
    if any(not span.start_us <= leaf.hour_us < span.end_us for leaf in leaves.values()):
        raise Malformed("a leaf's hour is not of the sealed day")
    hashes = {position: leaf.hash for position, leaf in leaves.items()}
    siblings = [bytes.fromhex(sibling) for sibling in proof.siblings]
    if root_from(statement.leaf_count, hashes, siblings).hex() != statement.root:
        raise Malformed("they lead to another root")
    return Shown(statement.leaf_count, leaves)


def rows_of(leaves: Iterable[Leaf]) -> int:
    return sum(leaf.rows for leaf in leaves)
