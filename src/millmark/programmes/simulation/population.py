"""All enterprises as columns: where they are, what they make, what they answered, which facts were told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from millmark.programmes.assessment.facts import FactValue
from millmark.programmes.assessment.stored import StoredAnswers


@dataclass(frozen=True, slots=True)
class Member:
    """One enterprise; `answers` are those of its latest submitted assessment by the pack whose levels are simulated."""

    enterprise_id: int
    name_zh: str
    name_en: str
    area_code: str
    industry_code: str | None
    answers: StoredAnswers | None
    variant: str | None
    facts: Mapping[str, FactValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Members in a fixed order: every column of a simulation has it."""

    members: Sequence[Member]

    def __len__(self) -> int:
        return len(self.members)

    def variants(self) -> dict[str | None, list[int]]:
        """The rows of those who answered, by the table of weights that holds for them."""
        found: dict[str | None, list[int]] = {}
        for row, member in enumerate(self.members):
            if member.answers is not None:
                found.setdefault(member.variant, []).append(row)
        return found


@dataclass(frozen=True, slots=True)
class Told:
    """An enterprise as the registry has it."""

    enterprise_id: int
    name_zh: str
    name_en: str
    area_code: str
    industry_code: str | None


def population_of(
    enterprises: Iterable[Told],
    answered: Mapping[int, tuple[str, str | None, StoredAnswers]],
    facts: Mapping[int, Mapping[str, FactValue]],
) -> Population:
    """`answered` is edition, variant and answers of each enterprise that submitted, as `answers_of_all` gives them."""
    members = []
    for one in enterprises:
        found = answered.get(one.enterprise_id)
        members.append(
            Member(
                one.enterprise_id,
                one.name_zh,
                one.name_en,
                one.area_code,
                one.industry_code,
                None if found is None else found[2],
                None if found is None else found[1],
                facts.get(one.enterprise_id, {}),
            )
        )
    return Population(members)
