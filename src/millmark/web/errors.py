"""What the API answers when something is wrong: one tree, one shape, nothing internal let out."""

from __future__ import annotations

from http import HTTPStatus


class ApiError(Exception):
    """An answer that is not what was asked for: what was wrong, where, and what to do next.

    `code` is stable and meant for programs; the three sentences are meant for people.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal"

    def __init__(self, message: str, *, where: str = "", next_step: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.next_step = next_step
        self.code = code or type(self).code
        self.headers: dict[str, str] = {}


class BadRequest(ApiError):
    status = HTTPStatus.BAD_REQUEST
    code = "bad_request"


class NotSignedIn(ApiError):
    status = HTTPStatus.UNAUTHORIZED
    code = "not_signed_in"


class NotAllowed(ApiError):
    status = HTTPStatus.FORBIDDEN
    code = "not_allowed"


class NotFound(ApiError):
    """Also the answer for what exists but lies outside of one's scope: its existence is not given away."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class Conflict(ApiError):
    status = HTTPStatus.CONFLICT
    code = "conflict"


class Unprocessable(ApiError):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid"


class TooLarge(ApiError):
    """What is still on its way is not waited for: the connection ends with the answer."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "request_entity_too_large"

    def __init__(self, message: str, *, where: str = "", next_step: str = "", code: str | None = None) -> None:
        super().__init__(message, where=where, next_step=next_step, code=code)
        self.headers = {"Connection": "close"}


class TooManyAttempts(ApiError):
    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_attempts"

    def __init__(self, message: str, *, retry_after_s: int, where: str, next_step: str) -> None:
        super().__init__(message, where=where, next_step=next_step)
        self.headers = {"Retry-After": str(retry_after_s)}


class Unavailable(ApiError):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
