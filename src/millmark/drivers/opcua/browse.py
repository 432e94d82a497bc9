"""What a server offers, for the person who maps it: nodes with their ids as configurations write them, and values."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds

from millmark.drivers.config import OpcUaConfig
from millmark.drivers.opcua.nodes import NodeAddress
from millmark.drivers.opcua.session import OpcUaSession, chunks, open_session
from millmark.drivers.opcua.values import plain

# A mask of node classes, which the library types as if it were one class.
_OBJECTS_AND_VARIABLES: Final = cast("ua.NodeClass", int(ua.NodeClass.Object) | int(ua.NodeClass.Variable))


@dataclass(frozen=True, slots=True)
class BrowsedNode:
    """One node: `node` as a configuration names it, `parent` the same of the node it was found under.

    `value` is None for objects and for what no tag can hold (`data_type` then says what it is); `status` is the name
    of the value's status code, "" for objects.
    """

    node: str
    parent: str
    name: str
    is_variable: bool
    data_type: str
    value: float | str | bool | int | None
    status: str


async def browse(
    config: OpcUaConfig, start: str | None = None, *, depth: int = 1, at_most: int = 1_000
) -> list[BrowsedNode]:
    """The nodes below `start` (the Objects folder when None), level by level, down to `depth`; at most so many.

    A node that can be reached in two ways is listed once, so servers whose references run in circles end as well.
    Raises OSError, TimeoutError, `ua.UaError` or `UnknownNode`.
    """
    async with open_session(config) as session:
        root = _start(config, session, start)
        found = await _walk(session, root, depth, at_most)
        return await _with_values(session, found)


def _start(config: OpcUaConfig, session: OpcUaSession, start: str | None) -> ua.NodeId:
    if start is None:
        return ua.NodeId(ua.Int32(ObjectIds.ObjectsFolder))
    return NodeAddress.parse(start, config.namespace).resolve(session.namespaces)


async def _walk(
    session: OpcUaSession, root: ua.NodeId, depth: int, at_most: int
) -> list[tuple[ua.NodeId, ua.ReferenceDescription]]:
    found: list[tuple[ua.NodeId, ua.ReferenceDescription]] = []
    seen = {root}
    waiting = deque([(root, depth)])
    while waiting and len(found) < at_most:
        parent, levels = waiting.popleft()
        references = await session.client.get_node(parent).get_children_descriptions(
            nodeclassmask=_OBJECTS_AND_VARIABLES
        )
        for reference in references:
            # A reference may carry the namespace by URI or lead to another server; plain local ids are what we read.
            child = ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex, reference.NodeId.NodeIdType)
            if child in seen or len(found) >= at_most:
                continue
            seen.add(child)
            found.append((parent, reference))
            if levels > 1:
                waiting.append((child, levels - 1))
    return found


async def _with_values(
    session: OpcUaSession, found: Sequence[tuple[ua.NodeId, ua.ReferenceDescription]]
) -> list[BrowsedNode]:
    variables = [reference.NodeId for _, reference in found if reference.NodeClass == ua.NodeClass.Variable]
    values: dict[ua.NodeId, ua.DataValue] = {}
    for chunk in chunks(variables, session.limits.read):
        read = await session.client.uaclient.read_attributes(list(chunk), AttributeIds.Value)
        values.update(zip(chunk, read, strict=True))
    return [
        _browsed(session.namespaces, parent, reference, values.get(reference.NodeId)) for parent, reference in found
    ]


def _browsed(
    namespaces: Sequence[str], parent: ua.NodeId, reference: ua.ReferenceDescription, data: ua.DataValue | None
) -> BrowsedNode:
    variant = data.Value if data is not None else None
    data_type = "" if variant is None else variant.VariantType.name + ("[]" if variant.is_array else "")
    status = (
        "" if data is None else ua.StatusCode(ua.UInt32(0)).name if data.StatusCode is None else data.StatusCode.name
    )
    return BrowsedNode(
        node=NodeAddress.describe(reference.NodeId, namespaces),
        parent=NodeAddress.describe(parent, namespaces),
        name=str(reference.DisplayName.Text or reference.BrowseName.Name),
        is_variable=data is not None,
        data_type=data_type,
        value=None if variant is None or variant.is_array else plain(variant.Value),
        status=status,
    )
