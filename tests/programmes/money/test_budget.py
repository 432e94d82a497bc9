"""Budget lines kept by double entry, on both databases: what is appropriated, taken, paid, and set right."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.programmes import InvalidRecord, Level, RecordConflict, RecordNotFound
from millmark.programmes.errors import Overspent
from millmark.programmes.money import Account, Balances, BudgetBook, EntryKind, FundSource, NewBudgetLine, Share
from millmark.programmes.money.accounts import ROUTES, Movement, applied
from millmark.programmes.packs.labels import Confidence
from millmark.programmes.tables import ProgrammeRow
from millmark.registry import Database

WAN = 1_000_000
SPLITS = [
    Share("retrofits", Decimal(80), None, Confidence.OFFICIAL),
    Share("services", None, Decimal(20), Confidence.OFFICIAL),
]
NOW_US = 1_717_200_000_000_000


def line(code: str, purpose: str = "retrofits", year: int = 2026) -> NewBudgetLine:
    return NewBudgetLine(
        code=code,
        name_zh="改造奖补",
        name_en="Retrofit awards",
        source=FundSource.CENTRAL,
        year=year,
        programme="pilot",
        purpose=purpose,
    )


@pytest.fixture
def book(database: Database) -> BudgetBook:
    with database.transaction() as session:
        session.add(
            ProgrammeRow(
                slug="pilot",
                name_zh="城市试点",
                name_en="City pilot",
                level=Level.CITY,
                is_demonstration=False,
                recorded_at_us=NOW_US,
            )
        )
    return BudgetBook(database, splits=lambda _slug: SPLITS, now_us=lambda: NOW_US)


def test_a_line_is_opened_raised_and_cut_by_documents(book: BudgetBook) -> None:
    opened = book.open(line("2026-1"), 500 * WAN, document="财建〔2026〕1号", opened_by="treasurer")
    assert opened.balances == Balances(appropriated=500 * WAN, available=500 * WAN)
    book.move(opened.id, EntryKind.APPROPRIATE, 100 * WAN, document="财建〔2026〕9号", actor="treasurer")
    cut = book.move(opened.id, EntryKind.CUT, 50 * WAN, document="财建〔2026〕12号", actor="treasurer")
    assert cut.balances == book.line(opened.id).balances == Balances(550 * WAN, 550 * WAN)
    assert [entry.number for entry in book.entries(line_id=opened.id)] == [1, 2, 3]
    assert book.check() == []


def test_a_line_cannot_be_cut_below_what_is_available(book: BudgetBook) -> None:
    opened = book.open(line("2026-1"), 5 * WAN, document="d1", opened_by="treasurer")
    with pytest.raises(Overspent, match=r"2026-1: cut of 60,000.00 yuan asks for more than the 50,000.00"):
        book.move(opened.id, EntryKind.CUT, 6 * WAN, document="d2", actor="treasurer")
    assert len(book.entries()) == 1


def test_the_same_document_does_the_same_once(book: BudgetBook) -> None:
    opened = book.open(line("2026-1"), 5 * WAN, document="d1", opened_by="treasurer")
    for document in ("d1", " d1 "):
        with pytest.raises(RecordConflict, match="entry 1 already did this"):
            book.move(opened.id, EntryKind.APPROPRIATE, 5 * WAN, document=document, actor="treasurer")
    with pytest.raises(RecordConflict, match="'2026-1' already"):
        book.open(line("2026-1"), 5 * WAN, document="d3", opened_by="treasurer")
    assert book.line(opened.id).balances.appropriated == 5 * WAN


def test_a_wrong_entry_is_reversed_once_and_both_stay_in_sight(book: BudgetBook) -> None:
    opened = book.open(line("2026-1"), 5 * WAN, document="d1", opened_by="treasurer")
    wrong = book.move(opened.id, EntryKind.APPROPRIATE, 70 * WAN, document="d2", actor="treasurer")
    reversal = book.reverse(wrong.id, reason="7, not 70", actor="treasurer")
    assert reversal.kind is EntryKind.REVERSE
    assert reversal.reverses == wrong.id
    assert book.line(opened.id).balances == Balances(5 * WAN, 5 * WAN)
    for again in (wrong.id, reversal.id):
        with pytest.raises(RecordConflict, match="revers"):
            book.reverse(again, reason="again", actor="treasurer")
    assert book.check() == []


def test_services_take_at_most_a_fifth_of_a_fund(book: BudgetBook) -> None:
    with pytest.raises(Overspent, match=r"of which there must be at least 80 % \(confidence A\)"):
        book.open(line("s", "services"), 20 * WAN, document="d1", opened_by="treasurer")
    assert book.lines() == []
    retrofits = book.open(line("r"), 80 * WAN, document="d1", opened_by="treasurer")
    services = book.open(line("s", "services"), 20 * WAN, document="d1", opened_by="treasurer")
    with pytest.raises(Overspent, match="at least 80 %"):
        book.move(services.id, EntryKind.APPROPRIATE, 1, document="d2", actor="treasurer")
    with pytest.raises(Overspent, match="at least 80 %"):
        book.move(retrofits.id, EntryKind.CUT, 1, document="d2", actor="treasurer")
    found = book.shares(retrofits.programme_id)
    assert [(one.share.purpose, one.fen, one.total_fen, one.kept) for one in found] == [
        ("retrofits", 80 * WAN, 100 * WAN, True),
        ("services", 20 * WAN, 100 * WAN, True),
    ]


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"code": " "}, InvalidRecord, "code"),
        ({"year": 26}, InvalidRecord, "year"),
        ({"programme": "no-such"}, RecordNotFound, "no-such"),
    ],
)
def test_a_line_that_says_too_little_is_refused(
    book: BudgetBook, change: dict[str, object], error: type[Exception], match: str
) -> None:
    fields = {name: getattr(line("x"), name) for name in NewBudgetLine.__dataclass_fields__} | change
    with pytest.raises(error, match=match):
        book.open(NewBudgetLine(**fields), WAN, document="d", opened_by="treasurer")
    with pytest.raises(InvalidRecord, match="document"):
        book.open(line("y"), WAN, document=" ", opened_by="treasurer")
    with pytest.raises(Overspent, match="1 fen or more"):
        book.open(line("y"), 0, document="d", opened_by="treasurer")
    assert book.lines() == []


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(ROUTES)), st.integers(1, 1000)),
        max_size=60,
    )
)
def test_whatever_is_posted_the_accounts_balance_and_none_is_below_nothing(moves: list[tuple[EntryKind, int]]) -> None:
    balances, posted = Balances(), []
    for kind, fen in moves:
        movement = Movement.of(kind, fen)
        held = balances.on(movement.route.origin)
        fits = movement.route.origin is Account.APPROPRIATED or held >= fen
        if not fits:
            with pytest.raises(Overspent):
                applied(balances, movement, where="here")
            continue
        balances = applied(balances, movement, where="here")
        posted += movement.postings
        assert balances.is_balanced
        assert min(balances.on(account) for account in Account) >= 0
        assert Balances.of(posted) == balances
    assert sum(posting.fen for posting in posted) == 0
