"""Who read an enterprise's detail, as the API shows it."""

from __future__ import annotations

from millmark.web.shapes.shape import Id, Shape, TimeUs


class ReadView(Shape):
    """One read. `actor` is null where the name is not told, as an expert's is not to an applicant; `office` is the code
    of an officer's area or the department of its staff; `action` the permission by which it was read. Without an
    enterprise it is the read of a list of all enterprises in that area."""

    id: Id
    at_us: TimeUs
    enterprise_id: Id | None
    enterprise_zh: str | None
    enterprise_en: str | None
    actor: str | None
    role: str
    office: str
    means: str
    action: str
    path: str
    reason: str | None


class ReaderView(Shape):
    """How often somebody read within the last year, and when last."""

    actor: str | None
    role: str
    office: str
    reads: int
    last_us: TimeUs


class ReadList(Shape):
    """The latest reads first; `older` is the id to ask for those before, null at the end."""

    reads: list[ReadView]
    older: int | None


class EnterpriseReads(ReadList):
    readers: list[ReaderView]
