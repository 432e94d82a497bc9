"""State machines as diagrams: Mermaid text, drawn from the tables and from nothing else."""

from __future__ import annotations

from millmark.programmes.life.machine import Machine


def diagram(machine: Machine) -> str:
    """A Mermaid state diagram; steps between the same two states share an arrow, steps that change no state are left
    to the table."""
    lines = ["stateDiagram-v2"]
    arrows: dict[tuple[str, str], list[str]] = {}
    for one in machine.transitions:
        for source in sorted(one.sources, key=list(machine.states).index) or ["[*]"]:
            target = one.target or source
            if source != target:
                arrows.setdefault((source, target), []).append(one.action)
    lines += [f"    {state}: {english}" for state, (_chinese, english) in machine.states.items()]
    lines += [f"    {source} --> {target}: {', '.join(actions)}" for (source, target), actions in arrows.items()]
    lines += [f"    {state} --> [*]" for state in machine.states if state in machine.ends]
    return "\n".join(lines)


def table(machine: Machine) -> str:
    """The steps as a Markdown table: action, from, to, who, and whether a reason is demanded."""
    rows = ["| step | from | to | by | reason |", "| --- | --- | --- | --- | --- |"]
    for one in machine.transitions:
        sources = ", ".join(sorted(one.sources, key=list(machine.states).index)) or "–"
        by = ", ".join(party.value for party in sorted(one.by))
        demanded = "yes" if one.needs_reason else ""
        rows.append(f"| `{one.action}` {one.name_zh} | {sources} | {one.target or 'as it is'} | {by} | {demanded} |")
    return "\n".join(rows)
