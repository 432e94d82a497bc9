"""The tables of the settings file that tell how a door of the platform is encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from millmark.intake.tls import ServerTls
from millmark.settings.table import Table


class ServerTlsTable(Table):
    """A door's certificate and key, and whose client certificates it takes."""

    certificate_file: Path
    key_file: Path
    client_ca_file: Path | None = None
    client_certificates: Literal["accepted", "required"] = "accepted"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.client_certificates == "required" and self.client_ca_file is None:
            raise ValueError("client certificates that are required need client_ca_file, which says whose count")
        return self

    def server(self) -> ServerTls:
        return ServerTls(
            certificate_file=self.certificate_file,
            key_file=self.key_file,
            client_ca_file=self.client_ca_file,
            is_required=self.client_certificates == "required",
        )
