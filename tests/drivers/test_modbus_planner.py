"""The read planner: every wanted register once, no illegal request, no tag split."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from millmark.drivers.config import ModbusRegister, RegisterKind, RegisterType
from millmark.drivers.modbus.planner import ReadBlock, ReadLimits, WantedTag, plan_reads
from millmark.model import DataType

# A busy computer is slow, not wrong.
unhurried = hypothesis_settings(deadline=None)

WORD_TYPES = [RegisterType.UINT16, RegisterType.INT32, RegisterType.FLOAT64]


def wanted(tag: int, unit: int, kind: RegisterKind, address: int, width_type: RegisterType) -> WantedTag:
    kind_type = RegisterType.BOOL if kind.is_bits else width_type
    return WantedTag(tag, unit, ModbusRegister(metric=f"m{tag}", kind=kind, address=address, type=kind_type))


@st.composite
def maps(draw: st.DrawFn, *, overlapping: bool = False) -> list[WantedTag]:
    tags: list[WantedTag] = []
    taken: set[tuple[int, RegisterKind, int]] = set()
    for position in range(draw(st.integers(0, 40))):
        tag = wanted(
            position,
            draw(st.integers(1, 3)),
            draw(st.sampled_from(list(RegisterKind))),
            draw(st.integers(0, 400)),
            draw(st.sampled_from(WORD_TYPES)),
        )
        places = {(tag.unit_id, tag.register.kind, address) for address in range(tag.start, tag.end)}
        if overlapping or not places & taken:
            taken |= places
            tags.append(tag)
    return tags


limits = st.builds(ReadLimits, st.integers(4, 125), st.integers(1, 2000), st.integers(0, 124))


def places_of(block: ReadBlock) -> list[tuple[int, RegisterKind, int]]:
    return [(block.unit_id, block.kind, address) for address in range(block.address, block.address + block.count)]


@unhurried
@given(maps(), limits)
def test_every_wanted_register_is_read_exactly_once(tags: list[WantedTag], limit: ReadLimits) -> None:
    read = Counter(place for block in plan_reads(tags, limit) for place in places_of(block))
    for tag in tags:
        for address in range(tag.start, tag.end):
            assert read[tag.unit_id, tag.register.kind, address] == 1


@unhurried
@given(maps(overlapping=True), limits)
def test_every_tag_lies_whole_in_exactly_one_block(tags: list[WantedTag], limit: ReadLimits) -> None:
    blocks = plan_reads(tags, limit)
    assert sorted(tag.tag for block in blocks for tag in block.tags) == sorted(tag.tag for tag in tags)
    for block in blocks:
        for tag in block.tags:
            assert (tag.unit_id, tag.register.kind) == (block.unit_id, block.kind)
            assert block.address <= tag.start
            assert tag.end <= block.address + block.count


@unhurried
@given(maps(overlapping=True), limits)
def test_no_request_is_longer_than_the_device_allows(tags: list[WantedTag], limit: ReadLimits) -> None:
    for block in plan_reads(tags, limit):
        assert 1 <= block.count <= (limit.max_bits if block.kind.is_bits else limit.max_registers)


@unhurried
@given(maps(overlapping=True), limits)
def test_no_gap_in_a_request_is_longer_than_allowed(tags: list[WantedTag], limit: ReadLimits) -> None:
    for block in plan_reads(tags, limit):
        covered = {address for tag in block.tags for address in range(tag.start, tag.end)}
        gap = 0
        for address in range(block.address, block.address + block.count):
            gap = 0 if address in covered else gap + 1
            assert gap <= limit.max_gap


@unhurried
@given(maps(overlapping=True))
def test_halving_keeps_every_tag(tags: list[WantedTag]) -> None:
    for block in plan_reads(tags, ReadLimits()):
        if len(block.tags) > 1:
            first, second = block.halves()
            assert (*first.tags, *second.tags) == block.tags


def test_a_full_map_takes_the_fewest_requests() -> None:
    tags = [wanted(position, 1, RegisterKind.HOLDING, position, RegisterType.UINT16) for position in range(250)]
    assert [block.count for block in plan_reads(tags, ReadLimits())] == [125, 125]


def test_a_tag_at_the_edge_of_a_request_is_not_split() -> None:
    tags = [wanted(position, 1, RegisterKind.HOLDING, position * 2, RegisterType.INT32) for position in range(63)]
    assert [(block.address, block.count) for block in plan_reads(tags, ReadLimits())] == [(0, 124), (124, 2)]


def test_two_bits_of_one_register_are_one_read() -> None:
    bits = [
        WantedTag(bit, 1, ModbusRegister(metric=f"b{bit}", address=7, type=RegisterType.BIT, bit=bit)) for bit in (0, 9)
    ]
    (block,) = plan_reads(bits, ReadLimits())
    assert (block.address, block.count) == (7, 1)


def test_a_string_is_one_piece() -> None:
    text = ModbusRegister(metric="name", address=10, type=RegisterType.STRING, length=16, data_type=DataType.TEXT)
    (block,) = plan_reads([WantedTag(0, 1, text)], ReadLimits())
    assert block.words_of(block.tags[0], list(range(16))) == list(range(16))
