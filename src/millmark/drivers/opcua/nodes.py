"""Node ids as people write them, resolved against the namespaces a server has right now.

A namespace's index belongs to one run of a server and may differ after its restart; its URI is what lasts. So ids are
written with `nsu=` and resolved after every connect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asyncua import ua
from asyncua.ua.uaerrors import UaError

from millmark.drivers.errors import DriverError


class UnknownNode(DriverError):
    """A node id that cannot be read, or whose namespace the server does not have."""


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node id whose namespace is a URI, or an index where `namespace` is None."""

    node: ua.NodeId
    namespace: str | None

    @classmethod
    def parse(cls, text: str, default_namespace: str | None = None) -> NodeAddress:
        """Read `nsu=URI;s=…`, `ns=2;i=…` or `s=…` (then in `default_namespace`); raises `UnknownNode`.

        Source: OPC 10000-6, clause 5.3.1.10.
        """
        namespace, rest = default_namespace, text
        if text.startswith("nsu="):
            namespace, _, rest = text.removeprefix("nsu=").partition(";")
        elif text.startswith("ns="):
            namespace = None
        try:
            node = ua.NodeId.from_string(rest)
        except (UaError, ValueError) as error:
            raise UnknownNode(
                f"{text!r} is no node id; write for example nsu=urn:vendor:line;s=Press1.State or ns=2;i=1001"
            ) from error
        return cls(node, namespace)

    def resolve(self, namespaces: Sequence[str]) -> ua.NodeId:
        """The node id for a server with these namespaces; raises `UnknownNode`."""
        if self.namespace is None:
            return self.node
        try:
            index = list(namespaces).index(self.namespace)
        except ValueError:
            raise UnknownNode(f"the server has no namespace {self.namespace!r}; it has {list(namespaces)}") from None
        return ua.NodeId(self.node.Identifier, ua.Int16(index), self.node.NodeIdType)

    @staticmethod
    def describe(node: ua.NodeId, namespaces: Sequence[str]) -> str:
        """The id as a configuration should write it: by namespace URI, save in the standard namespace 0."""
        local = ua.NodeId(node.Identifier, ua.Int16(0), node.NodeIdType).to_string()
        if node.NamespaceIndex == 0:
            return local
        if node.NamespaceIndex < len(namespaces):
            return f"nsu={namespaces[node.NamespaceIndex]};{local}"
        return f"ns={node.NamespaceIndex};{local}"
