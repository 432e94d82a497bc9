"""CMMM: whatever is answered, the platform's score and level are those of the plain rule, in both industries."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programmes import plain_cmmm_2020 as plain

from millmark.programmes import shipped_packs
from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.compiling import assess
from millmark.programmes.packs import read_policy_pack

PACK = read_policy_pack(shipped_packs() / "cmmm" / "2020")
# Mostly well fulfilled, so that more than the first level is reached.
degrees = st.sampled_from(["full", "full", "full", "most", "part", "none"])
one_level = st.fixed_dictionaries(dict.fromkeys(plain.SUB_DOMAINS, degrees)) | degrees.map(
    lambda degree: dict.fromkeys(plain.SUB_DOMAINS, degree)
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["process", "discrete"]), st.lists(one_level, min_size=5, max_size=5))
def test_score_and_level_are_those_of_the_plain_rule(variant: str, levels: list[dict[str, str]]) -> None:
    requirements = {f"{name}.{number}": degree for number, one in enumerate(levels, 1) for name, degree in one.items()}
    found = assess(PACK, Answers.from_json({"requirements": requirements}), variant=variant)
    assert (found.score, found.level) == plain.result(variant, [*levels])


@pytest.mark.parametrize("variant", ["process", "discrete"])
def test_the_pack_has_the_sub_domains_of_the_plain_rule(variant: str) -> None:
    assert {item.id for item in PACK.items if item.weight_in(variant)} == set(plain.SUB_DOMAINS)
