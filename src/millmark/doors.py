"""The ports that a running platform answers at: the console and API, devices, and commands of the same machine."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from fastapi import FastAPI

from millmark.intake import Intake, MqttListener
from millmark.intake.mqtt.peers import AccountCheck
from millmark.intake.tls import ReloadingTls
from millmark.registry import Registry
from millmark.rounds import ended
from millmark.settings import Settings
from millmark.settings.tls_table import ServerTlsTable
from millmark.web.server import PortTaken, WebServer, bind

log = logging.getLogger(__name__)

CERTIFICATES_LOOKED_AT_EVERY_S = 20.0
_PORTS_AFTER_THE_WANTED_ONE = 50


@dataclass
class Doors:
    """Opens them; each closes again with the stack it was opened on."""

    settings: Settings
    app: FastAPI
    intake: Intake
    registry: Registry
    accounts: AccountCheck
    _web: WebServer | None = None
    _local: WebServer | None = None
    _certificates: list[ReloadingTls] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the console is; raises `RuntimeError` before it is open."""
        if self._web is None:
            raise RuntimeError("the platform has no address before it is started")
        return self._web.url

    @property
    def local_url(self) -> str:
        """Where commands on this machine ask."""
        return self.url if self._local is None else self._local.url

    async def open_web(self, listener: socket.socket, started: AsyncExitStack) -> None:
        """The console for everybody and, when that is encrypted, a plain way for commands on this machine beside it:
        no certificate is issued for the loopback address."""
        tls = self._encryption(self.settings.web.tls)
        self._web = await self._serve(listener, started, tls)
        if tls is not None:
            self._local = await self._serve(bind("127.0.0.1", 0), started)
        watching = asyncio.create_task(self._watch_certificates(), name="watch certificates")
        started.push_async_callback(ended, watching)

    async def open_local(self, started: AsyncExitStack) -> None:
        """The API for this process alone, on a loopback port."""
        self._web = await self._serve(bind("127.0.0.1", 0), started)

    async def open_mqtt(self, started: AsyncExitStack) -> MqttListener:
        """Listens at the configured port, or, if that may be, at the next one that is free; raises `PortTaken`."""
        table = self.settings.mqtt
        after = range(table.port + 1, table.port + 1 + _PORTS_AFTER_THE_WANTED_ONE)
        candidates = [table.port, *after, 0] if table.next_free_port else [table.port]
        tls = self._encryption(table.tls)
        for port in candidates:
            listener = MqttListener(
                self.intake,
                self.registry,
                table.host,
                port,
                table.limits(),
                accounts=self.accounts,
                tls=tls,
            )
            try:
                await listener.start()
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                continue
            started.push_async_callback(listener.stop)
            return listener
        raise PortTaken(
            f"devices cannot connect at {table.host}:{table.port}: the port is taken by another program or not "
            "allowed; choose another one in the settings (MILLMARK_MQTT__PORT), or end the other program"
        )

    async def _serve(
        self, listener: socket.socket, started: AsyncExitStack, tls: ssl.SSLContext | None = None
    ) -> WebServer:
        web = WebServer(self.app, listener, tls=tls)
        started.push_async_callback(web.stop)
        await web.start()
        return web

    def _encryption(self, table: ServerTlsTable | None) -> ssl.SSLContext | None:
        """Raises `OSError` for certificates that cannot be used."""
        if table is None:
            return None
        tls = ReloadingTls(table.server())
        self._certificates.append(tls)
        return tls.context

    async def _watch_certificates(self) -> None:
        while self._certificates:
            await asyncio.sleep(CERTIFICATES_LOOKED_AT_EVERY_S)
            for tls in self._certificates:
                try:
                    if await asyncio.to_thread(tls.reload):
                        log.warning("a renewed certificate is in use")
                except OSError:
                    log.exception("a renewed certificate cannot be used; the one before it still is")
