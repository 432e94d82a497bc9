"""The book of claims: issues them over sealed days, keeps them, and lets anybody check them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date as calendar_date
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from millmark.evidence.canonical import canonical, read_canonical
from millmark.evidence.claim import (
    Claim,
    ClaimedDay,
    ClaimedEnterprise,
    ClaimedInput,
    ClaimedValue,
    ClaimStatement,
    SealRef,
    claim_of,
    origins_of,
)
from millmark.evidence.claim_rows import rows_of_claim
from millmark.evidence.document import LeafProof, RevealedLeaf, write_document
from millmark.evidence.errors import NotClaimable, NotSealed, RowsMissing, UnknownClaim
from millmark.evidence.merkle import siblings_of
from millmark.evidence.needed import SealedDay, Shown, needed_positions
from millmark.evidence.report import Check, VerificationReport
from millmark.evidence.revelation import Revelation, examine
from millmark.evidence.rows_file import write_rows
from millmark.evidence.seal import Seal, Span
from millmark.evidence.seal_book import SealBook
from millmark.evidence.sealed_rows import SealedHistory, SealedSpan
from millmark.evidence.signing import NodeKey
from millmark.evidence.tables import ClaimRow
from millmark.evidence.verification import verify_document
from millmark.history import History
from millmark.measures import Day, MeasureReader, Reading, demands, sites_of
from millmark.model import AssetPath, Period, UnitSystem
from millmark.registry import Database, Registry, Site

_AT_ONCE = 500
Chains = Mapping[Site, Sequence[Seal]]


class ClaimBook:
    """Thread-safe and synchronous. Raises `EvidenceError`, `MeasureError`, and what registry and history raise.

    `trusted_keys` are ids of further keys whose claims are believed, such as the node's keys of former years.
    `foreign_key` gives the key of a claim that another node issued, None when that key is not believed (any more).
    """

    def __init__(
        self,
        database: Database,
        history: History,
        registry: Registry,
        seals: SealBook,
        key: NodeKey,
        units: UnitSystem,
        *,
        now_us: Callable[[], int],
        trusted_keys: Sequence[str] = (),
        foreign_key: Callable[[str], str | None] = lambda _claim_id: None,
    ) -> None:
        self._database = database
        self._history = history
        self._registry = registry
        self._seals = seals
        self._key = key
        self._units = units
        self._now_us = now_us
        self._trusted = (key.id, *trusted_keys)
        self._foreign_key = foreign_key

    def issue(
        self, measure: str, subject: AssetPath, first_date: calendar_date, last_date: calendar_date | None = None
    ) -> Claim:
        """Sign a measure over local days, both included, computed from their sealed rows alone.

        Raises `NotSealed` naming the days that are not sealed, `NotClaimable` when nothing was observed.
        """
        last = last_date or first_date
        if last < first_date:
            raise NotClaimable(f"a claim's last day, {last}, lies before its first, {first_date}")
        sites = sites_of(self._registry, subject)
        chains = {site: self._seals.seals(site.id) for site in sites}
        days = _days(first_date, last, sites[0])
        _demand_sealed(chains, days)
        lead = first_date - timedelta(days=1)
        lead_date = lead if any(seal.date == lead for chain in chains.values() for seal in chain) else None
        used = _used(chains, days, lead_date)
        reading = self._read(measure, subject, days, used)
        statement = self._statement(reading, sites, chains, used, lead_date)
        run = tuple(seal.token for site in sites for seal in chains[site] if seal.sequence >= used[site][0].sequence)
        document = write_document(statement, run, self._proofs(reading, used, lead_date), self._key)
        claim = claim_of(statement, sites[0].enterprise_id, document)
        with self._database.transaction() as session:
            session.add(
                ClaimRow(
                    id=claim.id,
                    enterprise_id=claim.enterprise_id,
                    issued_at_us=claim.issued_at_us,
                    statement=canonical(statement),
                    document=document,
                )
            )
        return claim

    def claims(self, enterprise_id: int | None = None) -> list[Claim]:
        """The claims of an enterprise, or all of them, latest first."""
        query = select(ClaimRow).order_by(ClaimRow.issued_at_us.desc(), ClaimRow.id)
        if enterprise_id is not None:
            query = query.where(ClaimRow.enterprise_id == enterprise_id)
        with self._database.reading() as session:
            return [_claim(row) for row in session.scalars(query)]

    def claim(self, claim_id: str) -> Claim:
        """Raises `UnknownClaim`."""
        with self._database.reading() as session:
            row = session.get(ClaimRow, claim_id)
            if row is None:
                raise UnknownClaim(f"there is no claim {claim_id}; list the claims to see which there are")
            return _claim(row)

    def several(self, claim_ids: Iterable[str]) -> list[Claim]:
        """Those of the claims asked for that are kept here, in the order asked for."""
        wanted, found = list(claim_ids), dict[str, Claim]()
        with self._database.reading() as session:
            for at in range(0, len(wanted), _AT_ONCE):
                query = select(ClaimRow).where(ClaimRow.id.in_(wanted[at : at + _AT_ONCE]))
                found.update((row.id, _claim(row)) for row in session.scalars(query))
        return [found[one] for one in wanted if one in found]

    def document(self, claim_id: str) -> bytes:
        """The claim document, to give away."""
        return self.claim(claim_id).document

    def rows(self, claim_id: str) -> bytes:
        """The rows file (Parquet) that the claim's value is computed from, read from the history again.

        Raises `RowsMissing` when the history does not give what was sealed.
        """
        return write_rows(rows_of_claim(self._history, self._registry, self._own(claim_id).document))

    def is_own(self, claim: Claim) -> bool:
        """Whether this node issued the claim, so that its rows are here."""
        return claim.issuer in self._trusted

    def reveal(self, claim_id: str) -> Revelation:
        """Hold the rows that the history has now against one of this node's claims."""
        claim = self._own(claim_id)
        try:
            rows = write_rows(rows_of_claim(self._history, self._registry, claim.document, as_sealed=False))
        except RowsMissing:
            return self.examine(claim_id, None)
        return self.examine(claim_id, rows)

    def examine(self, claim_id: str, rows: bytes | None) -> Revelation:
        """Hold a file of rows against a claim, whoever issued it; None when nothing was revealed."""
        claim = self.claim(claim_id)
        return examine(claim.document, rows, self._keys_for(claim), self._units)

    def verify(self, claim_id: str) -> VerificationReport:
        """Check a claim against the keys of who may issue it, and this node's own also against the rows.

        The value of a claim of another node is computed again when it is challenged: its rows are not here.
        """
        claim = self.claim(claim_id)
        document = claim.document
        if not self.is_own(claim):
            return verify_document(document, None, self._keys_for(claim), units=self._units)
        try:
            rows = self.rows(claim_id)
        except RowsMissing as error:
            report = verify_document(document, None, self._trusted, units=self._units)
            missing = Check("rows_file", False, f"the rows are gone: {error}", f"数据行缺失：{error}")
            return VerificationReport((*report.checks, missing), None)
        return verify_document(document, rows, self._trusted, units=self._units)

    def _own(self, claim_id: str) -> Claim:
        claim = self.claim(claim_id)
        if not self.is_own(claim):
            raise RowsMissing(
                f"the claim {claim_id} was issued by another node, which keeps its rows; challenge it to see them"
            )
        return claim

    def _keys_for(self, claim: Claim) -> list[str]:
        if self.is_own(claim):
            return list(self._trusted)
        foreign = self._foreign_key(claim.id)
        return [] if foreign is None else [foreign]

    def _read(self, measure: str, subject: AssetPath, days: Sequence[Day], used: Chains) -> Reading:
        spans = [
            SealedSpan(ids, seal.statement.span.period, seal.statement.received_until_us)
            for site, seals in used.items()
            for ids in [frozenset(one.id for one in self._registry.series_under(site.path))]
            for seal in {seal.date: seal for seal in seals}.values()
        ]
        source = SealedHistory(self._history, spans)
        reading = MeasureReader(source, self._registry, self._units, now_us=self._now_us).read(measure, subject, days)
        if reading.result.value is None:
            raise NotClaimable(
                f"{measure} of {subject} has no value from {days[0].date} to {days[-1].date}: "
                f"{', '.join(reading.result.flags) or 'nothing was observed'}"
            )
        return reading

    def _statement(
        self, reading: Reading, sites: Sequence[Site], chains: Chains, used: Chains, lead_date: calendar_date | None
    ) -> ClaimStatement:
        question, result = reading.question, reading.result
        enterprise = self._registry.enterprise(sites[0].enterprise_id)
        inputs = tuple(ClaimedInput.of(one) for one in result.inputs)
        heads = [chains[site][-1] for site in sites]
        return ClaimStatement(
            id=str(uuid4()),
            issuer=self._key.id,
            issued_at_us=max(self._now_us(), *(head.sealed_at_us for head in heads)),
            enterprise=ClaimedEnterprise(
                enterprise.slug,
                enterprise.name_zh,
                enterprise.name_en,
                enterprise.credit_code,
                enterprise.is_demonstration,
            ),
            subject=str(question.subject),
            formula_version=question.formula_version,
            days=tuple(ClaimedDay(day.date, Span.of(day.period)) for day in question.days),
            lead_date=lead_date,
            result=ClaimedValue.of(result),
            parts=tuple(ClaimedValue.of(part) for part in result.parts),
            flags=result.flags,
            inputs=inputs,
            origins=origins_of(inputs),
            parameters=dict(question.parameters),
            seals=tuple(_ref(seal) for site in sites for seal in used[site]),
            heads=tuple(_ref(head) for head in heads),
        )

    def _proofs(self, reading: Reading, used: Chains, lead_date: calendar_date | None) -> tuple[LeafProof, ...]:
        wanted = demands(reading.question)
        proofs = []
        for site, seals in used.items():
            for seal in seals:
                leaves = self._seals.leaves(site.id, seal.sequence)
                sealed = SealedDay(seal.statement, seal.date == lead_date)
                revealed = needed_positions(Shown.all_of(leaves), sealed, wanted)
                siblings = siblings_of([leaf.hash for leaf in leaves], revealed)
                proofs.append(
                    LeafProof(
                        seal.statement.site,
                        seal.sequence,
                        tuple(RevealedLeaf(position, leaves[position]) for position in sorted(revealed)),
                        tuple(sibling.hex() for sibling in siblings),
                    )
                )
        return tuple(proofs)


def _days(first: calendar_date, last: calendar_date, site: Site) -> tuple[Day, ...]:
    dates = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(Day(date, Period.of_day(date, site.zone)) for date in dates)


def _demand_sealed(chains: Chains, days: Sequence[Day]) -> None:
    missing = [
        f"{site.path}: {', '.join(dates)}"
        for site, chain in chains.items()
        if (dates := [str(day.date) for day in days if day.date not in {seal.date for seal in chain}])
    ]
    if missing:
        raise NotSealed(f"a claim rests on sealed days; seal these first: {'; '.join(missing)}")


def _used(chains: Chains, days: Sequence[Day], lead_date: calendar_date | None) -> dict[Site, list[Seal]]:
    """The seals and amendments of the claimed days and of the day before."""
    dates = {day.date for day in days} | {lead_date}
    return {site: [seal for seal in chain if seal.date in dates] for site, chain in chains.items()}


def _ref(seal: Seal) -> SealRef:
    return SealRef(seal.statement.site, seal.sequence, seal.hash)


def _claim(row: ClaimRow) -> Claim:
    return claim_of(read_canonical(row.statement, ClaimStatement), row.enterprise_id, row.document)
