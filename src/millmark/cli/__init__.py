"""The command `millmark`."""

from __future__ import annotations


def main() -> None:
    """Entry point of the command; what it needs loads when it is known."""
    from millmark.cli.app import run

    run()
