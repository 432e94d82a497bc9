"""The sample city: every figure of the published reply comes out of its records."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.region.city import FACTS, REPLY_DATE, City, open_city

from millmark.programmes import Counting, DateSpan, Grade, NewProgrammeRecord, RecordKind
from millmark.region import EntryConflict, FigureQualifier, InvalidFacts, NewLedgerEntry
from millmark.registry import Database

with FACTS.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
NAMED_ONLY = {"F09", "F10", "F11"}


@pytest.mark.parametrize("as_of", [REPLY_DATE, None], ids=["as of the reply", "today"])
def test_every_figure_has_exactly_the_value_of_the_reply(city: City, as_of: date | None) -> None:
    city.load()
    values = city.values(as_of)
    for row in ROWS:
        expected = Decimal(row["quantity"] or len(row["examples"].split("|")))
        assert values[row["id"]] == expected, row["id"]
    assert len(ROWS) == 28


def test_units_and_qualifiers_are_those_of_the_reply(city: City) -> None:
    city.load()
    figures = {figure.id: figure for figure in city.figures.compute(REPLY_DATE)}
    for row in ROWS:
        figure = figures[row["id"]]
        assert figure.unit_zh == row["unit"].removeprefix("余")
        assert (figure.section, figure.subject_zh, figure.subject_en) == (
            row["section"],
            row["subject_zh"],
            row["subject_en"],
        )
        assert (figure.qualifier is FigureQualifier.NAMED_EXAMPLES_ONLY) == (row["id"] in NAMED_ONLY)
        assert (figure.qualifier is FigureQualifier.AT_LEAST) == (row["id"] == "F27")
        assert figure.grade is Grade.DOCUMENT_BACKED


def test_named_examples_are_single_records_and_the_rest_is_counted_in_bulk(city: City) -> None:
    city.load()
    for row in ROWS:
        figure = city.figures.figure(row["id"], REPLY_DATE)
        named = {record.subject for record in figure.records if record.counting is Counting.INDIVIDUAL}
        if row["examples"] and row["id"] != "F04":
            assert named >= set(row["examples"].split("|")), row["id"]
        bulk = [record for record in figure.records if record.counting is Counting.BULK]
        assert all(record.subject is None for record in bulk)
    recommended = city.figures.figure("F17", REPLY_DATE).records
    assert [(record.subject, record.count) for record in recommended] == [
        ("瀛通电子", 1),
        ("立邦涂料", 1),
        (None, 15),
    ]
    balance = city.figures.figure("F13", REPLY_DATE).records
    assert sorted((record.date, record.count) for record in balance) == [("2022-12-31", 93), ("2023-H1", 6)]


def test_the_derived_total_of_awards_comes_out_of_award_records(city: City) -> None:
    city.load()
    awards = city.figures.figure("F26").records
    assert [(record.subject, record.count, record.quantity) for record in awards] == [
        ("南玻玻璃", 1, 1_000_000),
        (None, 11, 11_000_000),
    ]


def test_nothing_is_known_before_it_was_stated(city: City) -> None:
    city.load()
    values = city.values(date(2022, 1, 1))
    assert all(value is None for value in values.values())
    before_the_reply = city.values(date(2023, 6, 30))
    assert before_the_reply["F13"] == 99
    assert before_the_reply["F02"] is None


def test_importing_twice_adds_nothing(city: City) -> None:
    first = city.load()
    again = city.load()
    assert (first.already_there, again.added, again.already_there) == (0, 0, first.added)


def test_a_correction_survives_the_next_import(city: City) -> None:
    city.load()
    wrong = city.figures.figure("F02").records[0]
    entry = city.figures.trace(wrong.ref).entry
    assert entry is not None
    corrected = NewLedgerEntry(
        kind=entry.kind,
        area=entry.area,
        span=entry.span,
        source="correction notice",
        quantity=Decimal(3971),
        counting=Counting.BULK,
    )
    city.ledger.correct(entry.id, corrected, source="correction notice", recorded_by="ann")
    assert city.values()["F02"] == 3971
    assert city.load().added == 0
    assert city.values()["F02"] == 3971


def changed(tmp_path: Path, was: str, becomes: str) -> Path:
    text = FACTS.read_text("utf-8")
    assert text.count(was) == 1
    path = tmp_path / "facts.csv"
    path.write_text(text.replace(was, becomes), "utf-8")
    return path


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        (",3970,", ",many,", "line 3, column quantity: 'many' is no number"),
        (",3970,", ",-1,", "line 3, column quantity: '-1' is no number"),
        (",3970,", ",NaN,", "line 3, column quantity"),
        (",14.52,亿元", ",14.52,亿円", "line 17, column unit: '亿円'"),
        ("2023-01..2023-06", "2023-01..2023-00", "line 17, column period"),
        ("个,,2023-07-26,咸宁市,,target", "个,,,咸宁市,,target", "line 3, column period: either period or as_of"),
        ("个,,2023-07-26,咸宁市,,target", "个,,2023-07-26,,,target", "line 3, column area: must not be empty"),
        ("三赢兴光电|维达力实业", "三赢兴光电||维达力实业", "line 10, column examples"),
        ("红牛饮料|嘉麟杰纺织", "a|b|c|d|e", "line 19, column examples: 5 names where the quantity is 4"),
        ("2022|2023", "2022|next year", "line 5, column examples: 'next year' is no year"),
        ("\nF02,", "\nF01,", "line 3, column id: F01 stands already on line 2"),
        ("\nF02,", "\nF99,", "line 3, column id: 'F99' has no rule"),
        ("id,section", "id;section", "line 1: the columns must be"),
        (",derived\n", "\n", "line 27: 10 cells where the header has 11"),
        ("1200,万元", "1100,万元", "line 27, column quantity: states 1100 万元 for F26, but its records give 1200"),
        ("\nF12,", "\n,", "line 13, column id: must not be empty"),
    ],
)
def test_a_bad_row_is_refused_by_file_line_and_column_and_nothing_is_kept(
    sqlite_database: Database, tmp_path: Path, was: str, becomes: str, named: str
) -> None:
    city = open_city(sqlite_database)
    path = changed(tmp_path, was, becomes)
    with pytest.raises(InvalidFacts) as caught:
        city.load(path)
    assert str(path) in str(caught.value)
    assert named in str(caught.value)
    assert city.ledger.entries() == []
    assert city.records.all() == []


def test_a_row_that_changed_since_its_import_is_refused_as_a_whole(city: City, tmp_path: Path) -> None:
    city.load()
    before = len(city.ledger.entries())
    with pytest.raises(EntryConflict, match="xianning-reply:F02:bulk"):
        city.load(changed(tmp_path, ",3970,", ",3971,"))
    assert len(city.ledger.entries()) == before


def test_a_file_that_is_not_there_or_no_text_is_said(sqlite_database: Database, tmp_path: Path) -> None:
    city = open_city(sqlite_database)
    with pytest.raises(InvalidFacts, match="cannot be read"):
        city.load(tmp_path / "none.csv")
    (tmp_path / "gbk.csv").write_bytes("咸宁市".encode("gbk"))
    with pytest.raises(InvalidFacts, match="cannot be read"):
        city.load(tmp_path / "gbk.csv")


def test_a_spreadsheets_byte_order_mark_does_no_harm(sqlite_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    shutil.copyfile(FACTS, path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert open_city(sqlite_database).load(path).added > 0


def test_awards_that_differ_give_a_range_and_still_a_total(city: City) -> None:
    city.load()
    award = NewProgrammeRecord(
        kind=RecordKind.AWARD,
        programme="city-smart-manufacturing",
        area="咸宁市",
        span=DateSpan.parse("2023-02"),
        source="a test",
        subject="另一家(虚构)",
        amount_fen=800_000_000,
    )
    city.records.add(award, recorded_by="ann")
    each = city.figures.figure("F25")
    assert (each.value, each.low, each.high, each.qualifier) == (None, 100, 800, FigureQualifier.RANGE)
    assert city.values()["F26"] == 2000


def test_a_kind_that_the_pack_gives_up_leaves_the_other_figures_standing(city: City) -> None:
    city.load()
    kinds = {kind_id: kind for kind_id, kind in city.pack.kinds.items() if kind_id != "key-enterprise"}
    figures = tuple(figure for figure in city.pack.figures if figure.id != "F09")
    later = open_city(city.database, replace(city.pack, kinds=kinds, figures=figures))
    assert later.values(REPLY_DATE) == {id_: value for id_, value in city.values(REPLY_DATE).items() if id_ != "F09"}
