"""Section 1 of the reply, written again from live figures."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.region.city import FACTS, REPLY_DATE, City, open_city

from millmark.programmes import Counting, DateSpan, InvalidPack, NewProgrammeRecord, RecordKind, shipped_packs
from millmark.region import NewLedgerEntry, Qualifier
from millmark.registry import Database
from millmark.reports import Language, Replies, UnknownLanguage, read_reply_template

FOLDER = shipped_packs() / "xianning-reply"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def published_section() -> str:
    text = FACTS.with_name("reply-045.zh.txt").read_text("utf-8")
    return text[text.index("一、工作推进情况") : text.index("二、下一步打算")].rstrip("\n")


def replies(city: City, folder: Path = FOLDER) -> Replies:
    ids = [figure.id for figure in city.pack.figures]
    return Replies(city.figures, {language: read_reply_template(folder, language, ids) for language in LANGUAGES})


@pytest.fixture
def city(database: Database) -> City:
    city = open_city(database)
    city.load()
    return city


@pytest.mark.parametrize("as_of", [REPLY_DATE, None], ids=["as of the reply", "today"])
def test_the_section_is_the_published_one_to_the_byte(city: City, as_of: date | None) -> None:
    reply = replies(city).reply("zh", as_of)
    assert reply.text.encode() == published_section().encode()
    assert reply.as_of == (as_of or city.figures.today())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_section_1_is_a_segment_of_its_own(city: City, language: str) -> None:
    reply = replies(city).reply(language, REPLY_DATE)
    linked = {segment.figure_id for paragraph in reply.paragraphs for segment in paragraph.segments}
    # F26 is derived and F28 stands in the letter's opening; neither is in section 1.
    assert linked - {None} == {f"F{number:02}" for number in range(1, 28) if number != 26}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_stands_outside_a_segment_but_in_names_of_documents(city: City, language: str) -> None:
    reply = replies(city).reply(language, REPLY_DATE)
    plain = "".join(s.text for paragraph in reply.paragraphs for s in paragraph.segments if s.figure_id is None)
    for known in ("5G", "2022-2024"):
        plain = plain.replace(known, "")
    assert [character for character in plain if character.isdecimal()] == ["1", "2", "3", "4"]


def test_the_english_reply_says_the_same(city: City) -> None:
    text = replies(city).reply("en", REPLY_DATE).text
    for part in (
        "new investment in telecom infrastructure in 2023 came to 420 million yuan",
        "3,970 5G base stations",
        "approved for 2022 and 2023",
        '"Southeast Hubei Cloud Data Centre": 200 million yuan in its first phase, to be commissioned in January 2024',
        "an internet egress of 10 Tbit/s",
        "In the first half of 2023, 6 electronics manufacturers",
        "From January to June 2023",
        "revenue of 1,452 million yuan",
        "In April 2023, 17 enterprises such as 瀛通电子 and 立邦涂料",
        "each with an award of 1 million yuan",
        "On 30 May, ",
        "coached more than 100 enterprises",
    ):
        assert part in text, part


def test_the_reply_follows_the_records(city: City) -> None:
    entry = NewLedgerEntry(
        kind="5g-base-station", area="咸安区", span=DateSpan.parse("2024-05-20"), source="a test", quantity=Decimal(30)
    )
    city.ledger.add(entry, recorded_by="ann")
    assert "累计建成5G基站4000个" in replies(city).reply("zh").text
    assert "累计建成5G基站3970个" in replies(city).reply("zh", REPLY_DATE).text


def test_awards_that_differ_are_written_as_a_range(city: City) -> None:
    award = NewProgrammeRecord(
        kind=RecordKind.AWARD,
        programme="city-smart-manufacturing",
        area="咸宁市",
        span=DateSpan.parse("2023-02"),
        source="a test",
        subject="示例企业(虚构)",
        amount_fen=80_000_000,
    )
    city.records.add(award, recorded_by="ann")
    assert "每家企业给予80至100万元奖补支持" in replies(city).reply("zh").text
    assert "an award of 0.8 to 1 million yuan" in replies(city).reply("en").text


def test_a_lower_bound_is_written_as_one(city: City) -> None:
    entry = NewLedgerEntry(
        kind="5g-base-station",
        area="咸安区",
        span=DateSpan.parse("2024-05-20"),
        source="a test",
        quantity=Decimal(30),
        counting=Counting.BULK,
        qualifier=Qualifier.AT_LEAST,
    )
    city.ledger.add(entry, recorded_by="ann")
    assert "5G基站4000余个" in replies(city).reply("zh").text
    assert "more than 4,000 5G base stations" in replies(city).reply("en").text


@pytest.mark.parametrize(("language", "missing"), [("zh", "〔无数据〕"), ("en", "[no data]")])
def test_what_is_not_recorded_is_said_in_its_place(sqlite_database: Database, language: str, missing: str) -> None:
    empty = open_city(sqlite_database)
    reply = replies(empty).reply(language)
    assert missing in reply.text
    texts = {s.text for paragraph in reply.paragraphs for s in paragraph.segments if s.figure_id == "F02"}
    assert texts == {missing}


def test_a_language_without_template_is_said(city: City) -> None:
    with pytest.raises(UnknownLanguage, match="'fr'; languages: zh, en"):
        replies(city).reply("fr")


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("{F02}", "{F99}", "key paragraphs[0]: slot {F99} means the figure 'F99'"),
        ("{F01_time}", "in 2023", "slots that no paragraph has: F01_time"),
        ('show = "time"', 'show = "tme"', "table [slots.F01_time], key show"),
        ('value = "{value}{unit}"', 'value = "{number}"', "pattern '{number}'"),
        ('language = "zh"', 'language = "en"', "key language: must be 'zh'"),
    ],
)
def test_a_mistake_in_a_template_is_named(tmp_path: Path, was: str, becomes: str, named: str) -> None:
    path = Path(shutil.copytree(FOLDER, tmp_path / "pack")) / "reply.zh.toml"
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), "utf-8")
    with pytest.raises(InvalidPack) as caught:
        read_reply_template(path.parent, "zh", [f"F{number:02}" for number in range(1, 29)])
    assert str(path) in str(caught.value)
    assert named in str(caught.value)
