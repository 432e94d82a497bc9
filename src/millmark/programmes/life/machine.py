"""State machines as data: one table of transitions for each kind of object, and one function that reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from millmark.programmes.errors import IllegalStep, ReasonMissing, StepForbidden
from millmark.programmes.life.parties import Actor, Party


@dataclass(frozen=True, slots=True)
class Transition:
    """One step that may be taken: from any of `sources`, or from nothing when there is none, to `target`; an empty
    target leaves the state as it is.

    `by` are the parties of which one must take it. `needs_reason` says that the step is nothing without words.
    """

    action: str
    sources: frozenset[str]
    target: str
    by: frozenset[Party]
    name_zh: str
    name_en: str
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody may do now."""

    action: str
    needs_reason: bool
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Machine:
    """The life of one kind of object. `ends` are the states that nothing leaves; they follow from the table."""

    kind: str
    transitions: tuple[Transition, ...]
    states: dict[str, tuple[str, str]] = field(hash=False)
    """Each state with its name in Chinese and in English."""

    def __post_init__(self) -> None:
        named = {state for one in self.transitions for state in (*one.sources, one.target) if state}
        if unnamed := named - set(self.states):
            raise ValueError(f"machine {self.kind}: states without a name: {', '.join(sorted(unnamed))}")
        if unreached := set(self.states) - {one.target for one in self.transitions}:
            raise ValueError(f"machine {self.kind}: no step leads to {', '.join(sorted(unreached))}")
        seen: set[tuple[str, str | None]] = set()
        for one in self.transitions:
            for source in one.sources or {None}:
                if (one.action, source) in seen:
                    raise ValueError(f"machine {self.kind}: {one.action} from {source} stands twice")
                seen.add((one.action, source))

    @property
    def ends(self) -> frozenset[str]:
        return frozenset(self.states) - {source for one in self.transitions if one.target for source in one.sources}

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action, in the order of the table."""
        return tuple(dict.fromkeys(one.action for one in self.transitions))

    def check(self, state: str | None, action: str, actor: Actor, reason: str | None = None) -> Transition:
        """The transition of `action` from `state`, None for what does not exist yet.

        Raises `IllegalStep` when there is none, `StepForbidden` when it is another party's, and `ReasonMissing`.
        """
        found = self._find(state, action)
        if found is None:
            allowed = dict.fromkeys(one.action for one in self._from(state))
            names = dict.fromkeys(one.name_zh for one in self._from(state))
            now = self.states[state][0] if state in self.states else "尚未建立"
            raise IllegalStep(
                f"{_one(self.kind)} that is {state or 'not there yet'} takes no step {action!r}; "
                f"possible now: {', '.join(allowed) or 'nothing'}",
                f"当前状态为“{now}”,不能办理“{self._named(action)}”;现在可以办理:{'、'.join(names) or '无'}",
            )
        if not found.by & actor.parties:
            raise StepForbidden(
                f"{action!r} of {_one(self.kind)} is up to {_listed(found.by)}; {actor.name} acts for "
                f"{_listed(actor.parties) or 'none of them'}",
                f"“{found.name_zh}”应由{'或'.join(party.name_zh for party in sorted(found.by))}办理,请转交其办理",
            )
        if found.needs_reason and not (reason or "").strip():
            raise ReasonMissing(
                f"{action!r} of {_one(self.kind)} needs its reason in words", f"“{found.name_zh}”须写明理由,请补充"
            )
        return found

    def offers(self, state: str | None, actor: Actor, *, without: Collection[str] = ()) -> list[Offer]:
        """What `actor` may do now, in the order of the table; `without` are actions that something else forbids."""
        return [
            Offer(one.action, one.needs_reason, one.name_zh, one.name_en)
            for one in self._from(state)
            if one.by & actor.parties and one.action not in without
        ]

    def _from(self, state: str | None) -> Iterable[Transition]:
        return (one for one in self.transitions if (state in one.sources if state is not None else not one.sources))

    def _named(self, action: str) -> str:
        """A step's name in Chinese, whatever it is taken from."""
        return next((one.name_zh for one in self.transitions if one.action == action), action)

    def _find(self, state: str | None, action: str) -> Transition | None:
        return next((one for one in self._from(state) if one.action == action), None)


def transition(
    action: str,
    sources: str,
    target: str,
    by: Collection[Party],
    names: tuple[str, str],
    *,
    needs_reason: bool = False,
) -> Transition:
    """A row of a table; `sources` are states with spaces between, or nothing for what does not exist yet."""
    return Transition(action, frozenset(sources.split()), target, frozenset(by), *names, needs_reason=needs_reason)


def _one(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _listed(parties: Iterable[Party]) -> str:
    return " or ".join(party.name_en for party in sorted(parties))
