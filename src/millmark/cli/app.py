"""All commands in one tree, and how a command ends when something was wrong."""

from __future__ import annotations

import gc
import sys

import typer

from millmark import __version__
from millmark.cli.commands import (
    accounts,
    backup,
    bench,
    claims,
    commands,
    demo,
    enterprises,
    export,
    figures,
    gateways,
    history,
    ledger,
    nodes,
    packs,
    quarantine,
    quotas,
    seals,
    up,
)
from millmark.cli.errors import CommandError

INTERRUPTED = 130
# Nearly all that a platform builds stays for its life: searching it through for rubbish as often as Python does takes
# a sixth of the start, and stops the process for a tenth of a second again and again.
_OBJECTS_BETWEEN_SWEEPS = (20_000, 10, 10)

app = typer.Typer(
    name="millmark",
    help="An industrial internet platform for a region: from a machine's signal to a city's published figure.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("figures")(figures.figures)
app.add_typer(ledger.app, name="ledger")
app.add_typer(claims.app, name="claim")
app.add_typer(packs.app, name="pack")
app.command("verify")(claims.verify)
app.command("seal")(seals.seal)
app.add_typer(nodes.app, name="node")
gateways.app.command("quota")(quotas.quota)
app.add_typer(gateways.app, name="gateway")
app.add_typer(commands.app, name="command")
app.add_typer(accounts.app, name="account")
app.add_typer(enterprises.enterprise_app, name="enterprise")
app.add_typer(enterprises.site_app, name="site")
app.add_typer(enterprises.asset_app, name="asset")
app.command("export")(export.export)
app.add_typer(history.app, name="history")
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(bench.app, name="bench")


@app.callback(invoke_without_command=True)
def version(
    *, version: bool = typer.Option(False, "--version", help="Print the version and end.", is_eager=True)
) -> None:
    if version:
        print(__version__)
        raise typer.Exit


def run() -> None:
    """Runs the command line; a `CommandError` ends it with its sentences on stderr and no traceback."""
    gc.set_threshold(*_OBJECTS_BETWEEN_SWEEPS)
    try:
        app()
    except CommandError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
