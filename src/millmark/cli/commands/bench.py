"""Measuring this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from millmark.cli.errors import CommandError
from millmark.cli.options import AsJson
from millmark.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from millmark.bench.machine import Machine

app = typer.Typer(help="Measure what the platform reaches on this machine.", no_args_is_help=True)

Scratch: TypeAlias = Annotated[
    Path | None,
    typer.Option("--scratch", metavar="DIR", help="Where the stores of the run are put. Default: the system's folder."),
]


@app.command()
def intake(
    *,
    seconds: Annotated[float, typer.Option(help="How long each path is sent to.", min=0.1)] = 10.0,
    series: Annotated[int, typer.Option(help="Sensors over all connections.", min=1)] = 1_200,
    metrics: Annotated[int, typer.Option(help="Values of a Sparkplug message.", min=1)] = 10,
    connections: Annotated[int, typer.Option(help="Gateways, each with a connection of its own.", min=1)] = 4,
    window: Annotated[int, typer.Option(help="Messages in flight on each connection.", min=1, max=65_535)] = 8_000,
    path: Annotated[list[str] | None, typer.Option(help="Only this path; may be repeated.")] = None,
    as_json: AsJson = False,
    scratch: Scratch = None,
) -> None:
    """How fast points come in and are acknowledged, by each path, beside what else is installed."""
    from millmark.bench.child import ServerFailed
    from millmark.bench.intake import PATHS, measure_intake
    from millmark.bench.load import IntakeLoad
    from millmark.bench.publisher import PublishingFailed

    if unknown := sorted(set(path or ()) - set(PATHS)):
        raise CommandError(
            f"there is no path {', '.join(unknown)}", where="--path", next_step=f"Choose of {', '.join(PATHS)}."
        )
    load = IntakeLoad(seconds=seconds, series=series, values_each=metrics, connections=connections, window=window)
    try:
        report = measure_intake(load, path or PATHS, scratch=scratch, tell=_tell)
    except ValueError as error:
        raise CommandError(str(error), where="--series", next_step="Choose another number.") from error
    except (PublishingFailed, ServerFailed) as error:
        raise CommandError(str(error), where="the load", next_step="Look at what is named, then try again.") from error
    if as_json:
        print_json(dict(report))
        return
    _print_origin(report["machine"], report["versions"])
    print_table(
        ("path", "points/s", "of raw", "ack p50", "ack p99", "lost", "double", "memory", "acknowledged"),
        [_path_row(name, figures) for name in PATHS if (figures := report.get(name))],
    )


def _path_row(name: str, figures: Any) -> list[str]:
    if isinstance(figures, str):
        return [name, figures, *[""] * 7]
    return [
        name,
        f"{figures['points_per_s']:,}",
        _told(figures, "share_of_raw_insert", "{:.0%}"),
        _told(figures, "ack_p50_ms", "{:.0f} ms"),
        _told(figures, "ack_p99_ms", "{:.0f} ms"),
        _told(figures, "lost", "{}"),
        _told(figures, "double", "{}"),
        _told(figures, "rss_mb", "{} MB"),
        figures["acknowledged"],
    ]


def _told(figures: Mapping[str, Any], name: str, form: str) -> str:
    return form.format(figures[name]) if name in figures else ""


def _print_origin(machine: Machine, versions: Mapping[str, str]) -> None:
    cores, memory = machine["cores"], machine["memory_gb"]
    print(f"{machine['processor']}, {cores} cores, {memory} GB, {machine['file_system']}, Linux {machine['kernel']}")
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    print()


def _tell(what: str) -> None:
    """Progress goes beside the result, which may be read by a program."""
    print(f"measuring {what} …", file=sys.stderr, flush=True)
