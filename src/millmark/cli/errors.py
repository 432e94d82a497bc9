"""What a command says when it cannot do what it was asked."""

from __future__ import annotations


class CommandError(Exception):
    """What was wrong, where, and what to do next; ends the command with `exit_code`."""

    def __init__(self, message: str, *, where: str = "", next_step: str = "", exit_code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.next_step = next_step
        self.exit_code = exit_code

    def __str__(self) -> str:
        lines = [f"error: {self.message}"]
        if self.where:
            lines.append(f"where: {self.where}")
        if self.next_step:
            lines.append(f"next:  {self.next_step}")
        return "\n".join(lines)
