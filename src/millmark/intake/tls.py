"""TLS of the doors: the platform's certificate, and the gateways that come with one of their own."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GATEWAY_URI = "urn:millmark:gateway:"
"""What a subject alternative name (URI) begins with that names a gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTls:
    """`client_ca_file` names the authorities whose client certificates count; without it none is asked for."""

    certificate_file: Path
    key_file: Path
    client_ca_file: Path | None = None
    is_required: bool = False

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 and newer. Raises `OSError` (an `SSLError` is one) for files that are not what they should be."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate_file, self.key_file)
        if self.client_ca_file is not None:
            context.load_verify_locations(self.client_ca_file)
            context.verify_mode = ssl.CERT_REQUIRED if self.is_required else ssl.CERT_OPTIONAL
        return context


class ReloadingTls:
    """A context that takes over a renewed certificate for the connections that come after it."""

    def __init__(self, tls: ServerTls) -> None:
        self._tls = tls
        self._seen = self._state()
        self.context = tls.context()

    def reload(self) -> bool:
        """Whether the files changed and are in use now. Raises `OSError` for files that cannot be used; what was in
        use before still is."""
        state = self._state()
        if state == self._seen:
            return False
        # Into a context of its own first: half a renewal must not reach the one in use.
        self._tls.context()
        self.context.load_cert_chain(self._tls.certificate_file, self._tls.key_file)
        self._seen = state
        return True

    def _state(self) -> tuple[tuple[int, int, int], ...]:
        files = (self._tls.certificate_file, self._tls.key_file)
        return tuple((state.st_mtime_ns, state.st_size, state.st_ino) for state in (file.stat() for file in files))


def gateway_of_certificate(certificate: Mapping[str, Any] | None) -> str | None:
    """The gateway that a checked client certificate (as `ssl.SSLSocket.getpeercert` gives it) was issued for: by a
    subject alternative name `urn:millmark:gateway:ID`, else by the subject's common name; None when it names none."""
    if not certificate:
        return None
    alternatives: Sequence[tuple[str, str]] = certificate.get("subjectAltName", ())
    for kind, value in alternatives:
        if kind == "URI" and value.startswith(GATEWAY_URI):
            return value.removeprefix(GATEWAY_URI) or None
    subject: Sequence[Sequence[tuple[str, str]]] = certificate.get("subject", ())
    names = [value for part in subject for name, value in part if name == "commonName"]
    return names[-1] if names else None
