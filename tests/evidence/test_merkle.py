"""Merkle trees, against the published vectors of RFC 6962's reference implementation."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.evidence.errors import Malformed
from millmark.evidence.merkle import EMPTY_ROOT, leaf_hash, root_from, root_of, siblings_of

# google/certificate-transparency, merkletree tests: the inputs of eight leaves and the roots of their first n.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# The same tests' audit paths: (leaf, tree size) counted from 1, hashes from the leaf upwards.
AUDIT_PATHS = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (3, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        2,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]


def test_the_empty_tree():
    assert root_of([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_from(0, {}, []) == EMPTY_ROOT


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_the_published_ones(count):
    assert root_of(LEAVES[:count]).hex() == ROOTS[count - 1]


@pytest.mark.parametrize(("leaf", "count", "path"), AUDIT_PATHS)
def test_a_proof_for_one_leaf_is_its_audit_path(leaf, count, path):
    siblings = siblings_of(LEAVES[:count], frozenset({leaf - 1}))
    assert {sibling.hex() for sibling in siblings} == set(path)


def test_every_choice_of_leaves_leads_to_the_root():
    for count in range(1, 8):
        leaves = LEAVES[:count]
        for chosen in product([False, True], repeat=count):
            revealed = frozenset(position for position, wanted in enumerate(chosen) if wanted)
            siblings = siblings_of(leaves, revealed)
            assert root_from(count, {position: leaves[position] for position in revealed}, siblings) == root_of(leaves)


@given(st.integers(1, 40), st.data())
def test_no_other_leaf_position_or_hash_leads_there(count, data):
    leaves = [leaf_hash(bytes([number])) for number in range(count)]
    revealed = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    siblings = siblings_of(leaves, frozenset(revealed))
    shown = {position: leaves[position] for position in revealed}
    forged = dict(shown)
    forged[data.draw(st.sampled_from(sorted(revealed)))] = leaf_hash(b"forged")
    assert root_from(count, forged, siblings) != root_of(leaves)
    with pytest.raises(Malformed, match="left over"):
        root_from(count, shown, [*siblings, leaf_hash(b"more")])
    if siblings:
        with pytest.raises(Malformed, match="lacks"):
            root_from(count, shown, siblings[:-1])
    with pytest.raises(Malformed, match="outside"):
        root_from(count, {count: leaves[0]}, siblings)
