"""What was typed, as a form of the API."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from millmark.cli.errors import CommandError

Form = TypeVar("Form", bound=BaseModel)


def filled(form: type[Form], **fields: object) -> Form:
    """The form with these fields; raises `CommandError`, naming each field that does not fit."""
    try:
        return form.model_validate(fields)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]
        raise CommandError(
            "; ".join(problems), where="the command line", next_step="Add --help to see what each option takes."
        ) from error
