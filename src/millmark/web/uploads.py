"""A file on its way in over HTTP: written to its draft as it arrives, so that neither memory nor disk holds it twice.

Source: RFC 7578 (multipart/form-data).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from millmark.web.errors import BadRequest, Unprocessable

if TYPE_CHECKING:
    from fastapi import Request


class Taker(Protocol):
    """Takes a file's bytes as they come."""

    def write(self, chunk: bytes) -> None: ...


FORM_ROOM = 64 << 10
"""Bytes of a form beside its file: other fields, boundaries, headers."""

_SILENT_S = 60.0
_FIELD_BYTES = 2_000


class Upload:
    """Takes a form apart: the part `file` goes into `draft`, small fields into `fields`."""

    def __init__(self, boundary: bytes, draft: Taker) -> None:
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self.is_complete = False
        self._draft = draft
        self._part = ""
        self._header = bytearray()
        self._value = bytearray()
        self._disposition = b""
        self._text = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_body,
                "on_part_data": self._body,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Raises `BadRequest` for what is no form, and what the draft raises."""
        try:
            self._parser.write(chunk)
        except MultipartParseError as error:
            raise BadRequest(f"The form is malformed: {error}.", where="body", next_step=_FORM) from error

    def _begin_part(self) -> None:
        self._part, self._disposition = "", b""
        self._text.clear()

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _begin_body(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._part = options.get(b"name", b"").decode("utf-8", "replace")
        if self._part != "file":
            return
        if self.file_name is not None:
            raise BadRequest("The form has two files.", where="file", next_step="Send one file a request.")
        self.file_name = options.get(b"filename", b"").decode("utf-8", "replace")

    def _body(self, data: bytes, start: int, end: int) -> None:
        if self._part == "file":
            self._draft.write(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > _FIELD_BYTES or len(self.fields) > 20:
            raise BadRequest(f"The field {self._part[:40]!r} is too long.", where="body", next_step=_FORM)

    def _end_part(self) -> None:
        if self._part != "file":
            self.fields[self._part] = self._text.decode("utf-8", "replace")

    def _end(self) -> None:
        self.is_complete = True


async def receive(request: Request, draft: Taker) -> Upload:
    """Reads the whole form; raises `BadRequest` or `Unprocessable` for what is none or has no file."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise Unprocessable("The body is no form of the type multipart/form-data.", where="body", next_step=_FORM)
    upload = Upload(options[b"boundary"], draft)
    chunks = aiter(request.stream())
    try:
        while True:
            async with asyncio.timeout(_SILENT_S):
                chunk = await anext(chunks, b"")
            if not chunk:
                break
            await run_in_threadpool(upload.feed, chunk)
    except TimeoutError as error:
        raise BadRequest("The body stopped coming.", where="body", next_step="Send it again.") from error
    except ClientDisconnect as error:
        raise BadRequest("The body ended early.", where="body", next_step="Send it again.") from error
    if not upload.is_complete:
        raise BadRequest("The body ended early.", where="body", next_step="Send it again.")
    if upload.file_name is None:
        raise Unprocessable("The form has no part named 'file'.", where="file", next_step=_FORM)
    return upload


_FORM = "Send a form (multipart/form-data) with one part named 'file', and purpose and enterprise_id as fields."
