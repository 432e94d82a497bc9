"""The cells of a table: every node of one classification crossed with every node of the others, and how they add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Self

import numpy as np

from millmark.region.disclosure.system import Equations, Ints

NO_NODE = -1


@dataclass(frozen=True, slots=True)
class Axis:
    """A classification as a tree: `parent` of each node by number, -1 for the topmost. Parents come before children.

    A node with children is their sum.
    """

    codes: tuple[str, ...]
    parent: tuple[int, ...]

    @classmethod
    def total_and(cls, codes: Sequence[str], total: str = "*") -> Self:
        """One total over some leaves."""
        return cls((total, *codes), (NO_NODE, *([0] * len(codes))))

    def __len__(self) -> int:
        return len(self.codes)

    def place(self, code: str) -> int:
        return self.codes.index(code)

    def children(self, node: int) -> list[int]:
        return [child for child, parent in enumerate(self.parent) if parent == node]

    @property
    def is_leaf(self) -> tuple[bool, ...]:
        inner = set(self.parent)
        return tuple(node not in inner for node in range(len(self.codes)))

    @property
    def lines(self) -> Ints:
        """By node the way up, the node itself first, filled up with -1."""
        ways = []
        for node in range(len(self.codes)):
            way = [node]
            while self.parent[way[-1]] != NO_NODE:
                way.append(self.parent[way[-1]])
            ways.append(way)
        longest = max((len(way) for way in ways), default=0)
        return np.array([way + [NO_NODE] * (longest - len(way)) for way in ways], np.int64).reshape(-1, longest)


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Cells are numbered row by row, the last axis fastest."""

    axes: tuple[Axis, ...]
    equations: Equations

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(axis) for axis in self.axes)

    @property
    def cells(self) -> int:
        return reduce(lambda size, axis: size * len(axis), self.axes, 1)

    def cell(self, nodes: Sequence[int]) -> int:
        return int(np.ravel_multi_index(tuple(nodes), self.shape)) if self.axes else 0

    def nodes(self, cell: int) -> tuple[int, ...]:
        return tuple(int(one) for one in np.unravel_index(cell, self.shape)) if self.axes else ()

    def spread(self, nodes: Sequence[Ints]) -> tuple[Ints, Ints]:
        """All cells that units at these nodes (one array for each axis) fall into: (unit, cell) of each pair."""
        units = np.arange(len(nodes[0]) if nodes else 0, dtype=np.int64)
        if not self.axes:
            return units, np.zeros(len(units), np.int64)
        ways = [axis.lines[node] for axis, node in zip(self.axes, nodes, strict=True)]
        unit, cell = [], []
        for steps in product(*(range(way.shape[1]) for way in ways)):
            at = [way[:, step] for way, step in zip(ways, steps, strict=True)]
            there = reduce(np.logical_and, [one != NO_NODE for one in at])
            unit.append(units[there])
            cell.append(np.ravel_multi_index([one[there] for one in at], self.shape).astype(np.int64))
        return np.concatenate(unit), np.concatenate(cell)


def crossed(axes: Sequence[Axis]) -> Lattice:
    """The lattice with its sums: along each axis, at every node of the others, a parent is made up of its children."""
    shape = tuple(len(axis) for axis in axes)
    rows: list[tuple[Sequence[int], Sequence[float]]] = []
    for number, axis in enumerate(axes):
        others = [range(size) if place != number else range(1) for place, size in enumerate(shape)]
        for parent in range(len(axis)):
            children = axis.children(parent)
            if not children:
                continue
            signs = [-1.0] + [1.0] * len(children)
            for at in product(*others):
                cells = [
                    int(np.ravel_multi_index((*at[:number], node, *at[number + 1 :]), shape))
                    for node in (parent, *children)
                ]
                rows.append((cells, signs))
    return Lattice(tuple(axes), Equations.of(rows))
