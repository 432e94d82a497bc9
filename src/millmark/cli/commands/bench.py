"""Measuring what the platform reaches on this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
    typer.Option("--scratch", metavar="DIR", help="Where the run's stores are put. Default: the system's folder."),
]
Out: TypeAlias = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write the JSON to a file, besides what is printed.")
]


@app.command()
def intake(
    *,
    seconds: Annotated[float, typer.Option(help="How long each path is sent to.", min=0.1)] = 10.0,
    series: Annotated[int, typer.Option(help="Sensors over all connections.", min=1)] = 1_200,
    metrics: Annotated[int, typer.Option(help="Values of a Sparkplug message.", min=1)] = 10,
    connections: Annotated[int, typer.Option(help="Gateways, each with a connection of its own.", min=1)] = 4,
    window: Annotated[int, typer.Option(help="Messages in flight on each connection.", min=1, max=65_535)] = 16_000,
    path: Annotated[list[str] | None, typer.Option(help="Only this path; may be repeated.")] = None,
    as_json: AsJson = False,
    out: Out = None,
    scratch: Scratch = None,
) -> None:
    """How fast points come in and are acknowledged, by each path, beside what else is installed."""
    from millmark.bench.intake import PATHS, measure_intake
    from millmark.bench.load import IntakeLoad

    if unknown := sorted(set(path or ()) - set(PATHS)):
        raise CommandError(
            f"there is no path {', '.join(unknown)}", where="--path", next_step=f"Choose of {', '.join(PATHS)}."
        )
    load = IntakeLoad(seconds=seconds, series=series, values_each=metrics, connections=connections, window=window)
    with _said_plainly():
        report = measure_intake(load, path or PATHS, scratch=scratch, tell=_tell)
    if _is_told(report, out=out, as_json=as_json):
        return
    _print_origin(report["machine"], report["versions"])
    print_table(
        ("path", "points/s", "of raw", "of live", "ack p50", "ack p99", "lost", "double", "memory", "acknowledged"),
        [_path_row(name, figures) for name in PATHS if (figures := report.get(name))],
    )


@app.command()
def query(
    *,
    days: Annotated[int, typer.Option(help="How many days of one series, once a second.", min=1)] = 30,
    others: Annotated[int, typer.Option(help="How many times as many points of other series are added.", min=1)] = 100,
    latest: Annotated[int, typer.Option(help="Of how many series the newest values are asked.", min=1)] = 100_000,
    as_json: AsJson = False,
    out: Out = None,
    scratch: Scratch = None,
) -> None:
    """How fast questions are answered, alone and among much else; some minutes, most of them to fill the store."""
    from millmark.bench.reports import report_query

    with _said_plainly():
        report = report_query(days=days, others=others, latest_series=latest, scratch=scratch, tell=_tell)
    if _is_told(report, out=out, as_json=as_json):
        return
    ours = report["platform"]
    _print_origin(report["machine"], report["versions"])
    month, crowd = f"{days} days in 1,000 buckets", f"among {ours['other_points']:,} other points"
    rows = [
        (month, ours["month"]),
        (f"{month}, {crowd}", ours["month_crowded"]),
        ("a day of raw points", ours["day_raw"]),
        (f"a day of raw points, {crowd}", ours["day_raw_crowded"]),
        (f"the newest of {latest:,} series", ours["latest"]),
        ("the same as the API's answer", ours["latest_json"]),
        (f"{month}, VictoriaMetrics", report["victoriametrics"]),
        (f"{month}, InfluxDB", report["influxdb"]),
    ]
    print_table(("question", "median", "p99"), [(name, *_timed_cells(told)) for name, told in rows])


@app.command()
def storage(
    *,
    recordings: Annotated[
        Path | None,
        typer.Option("--recordings", metavar="DIR", help="A folder of recordings. Default: the two that are shipped."),
    ] = None,
    as_json: AsJson = False,
    out: Out = None,
    scratch: Scratch = None,
) -> None:
    """How many bytes a point takes on disk, on recordings of real plants."""
    from millmark.bench.reports import report_storage

    with _said_plainly():
        report = report_storage(recordings, scratch=scratch, tell=_tell)
    if _is_told(report, out=out, as_json=as_json):
        return
    ours = report["platform"]
    _print_origin(report["machine"], report["versions"])
    rows = [(str(one["recording"]), f"{one['points']:,}", f"{one['bytes_per_point']}") for one in ours["recordings"]]
    rows.append(("all", f"{ours['points']:,}", f"{ours['bytes_per_point']}"))
    rows.append(("their rollups", "", f"{ours['rollup_bytes_per_point']}"))
    for name, peer in (("all, VictoriaMetrics", report["victoriametrics"]), ("all, InfluxDB", report["influxdb"])):
        cells = ("", peer) if isinstance(peer, str) else (f"{peer['points']:,}", f"{peer['bytes_per_point']}")
        rows.append((name, *cells))
    print_table(("recording", "points", "bytes/point"), rows)


@app.command()
def connections(
    *,
    count: Annotated[int, typer.Option(help="How many clients connect.", min=1)] = 10_000,
    seconds: Annotated[float, typer.Option(help="How long they keep their connections alive.", min=0.1)] = 20.0,
    as_json: AsJson = False,
    out: Out = None,
    scratch: Scratch = None,
) -> None:
    """What idle connections cost, and whether every keep-alive is answered, beside a plain broker."""
    from millmark.bench.connections import measure_connections

    with _said_plainly():
        report = measure_connections(count, seconds, scratch=scratch, tell=_tell)
    if _is_told(report, out=out, as_json=as_json):
        return
    _print_origin(report["machine"], report["versions"])
    rows = []
    for name, figures in (("platform", report["platform"]), ("Mosquitto", report["mosquitto"])):
        if isinstance(figures, str):
            rows.append([name, figures, *[""] * 6])
            continue
        more, each = f"{figures['mb_more']} MB", f"{figures['kb_each']} kB"
        ping = f"{figures['ping_p99_ms']} ms"
        counts = (figures["keep_alives"], figures["keep_alives_lost"], figures["closed"])
        rows.append([name, f"{figures['connections']:,}", more, each, *[f"{one:,}" for one in counts], ping])
    header = ("", "connections", "memory more", "each", "keep-alives", "lost", "closed", "answer p99")
    print_table(header, rows)


@app.command()
def assessment(
    *,
    enterprises: Annotated[int, typer.Option(help="How many enterprises answered.", min=1)] = 10_000,
    as_json: AsJson = False,
    out: Out = None,
    scratch: Scratch = None,
) -> None:
    """How fast all enterprises are assessed again, and a changed policy is simulated over them."""
    from millmark.bench.assessment import measure_assessment

    with _said_plainly():
        report = measure_assessment(enterprises, scratch=scratch, tell=_tell)
    if _is_told(report, out=out, as_json=as_json):
        return
    _print_origin(report["machine"], report["versions"])
    found, simulated = report["evaluation"], report["simulation"]
    rows = [
        ("all answers read, laid out and scored", f"{found['whole_s']} s"),
        ("scored alone, as after a changed number", f"{found['scored_s']} s"),
        ("one enterprise after the other", f"{found['one_by_one_s']} s"),
        ("both say the same", "yes" if found["equal"] else "NO"),
        ("a changed policy simulated", f"{simulated['whole_s']} s"),
    ]
    print_table((f"{enterprises:,} enterprises", "took"), rows)


@app.command()
def statistics(
    *,
    enterprises: Annotated[int, typer.Option(help="How many enterprises report.", min=100)] = 10_000,
    months: Annotated[int, typer.Option(help="For how many months.", min=12, max=120)] = 60,
    as_json: AsJson = False,
    out: Out = None,
    scratch: Scratch = None,
) -> None:
    """How fast a table of statistics is put under disclosure control and attacked."""
    from millmark.bench.statistics import measure_statistics

    with _said_plainly():
        report = measure_statistics(enterprises, months, scratch=scratch, tell=_tell)
    if _is_told(report, out=out, as_json=as_json):
        return
    _print_origin(report["machine"], report["versions"])
    kept_back = sum(report["kept_back"].values())
    rows = [
        ("summed into cells", f"{report['added_up_s']} s"),
        ("rules over all cells", f"{report['rules_s']} s"),
        ("complements found, every interval audited", f"{report['protected_and_audited_s']} s"),
        ("the whole table under disclosure control", f"{report['whole_s']} s"),
        ("of that on the processor", f"{report['whole_cpu_s']} s"),
        ("asked of a running platform, nothing at hand", f"{report['asked']['first_s']} s"),
        ("asked after a report was corrected", f"{report['asked']['corrected_s']} s"),
        ("asked again, nothing changed", f"{report['asked']['again_s']} s"),
        ("cells kept back", f"{kept_back:,} of {report['cells']:,}"),
        ("complements dearer than the cheapest by at most", f"{report['gap_percent']} %"),
    ]
    print_table((f"{enterprises:,} enterprises, {months} months", "took"), rows)


@app.command()
def matching(
    *,
    labelled: Annotated[Path | None, typer.Option(help="A folder with solutions.csv and demands.csv.")] = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """How well solutions are put in order for demands, on a labelled set, beside simpler ways of ordering them."""
    from millmark.bench.matching import DATA, measure_matching

    with _said_plainly():
        report = measure_matching(labelled or DATA, tell=_tell)
    if _is_told(report, out=out, as_json=as_json):
        return
    _print_origin(report["machine"], report["versions"])
    for split, ways in report["quality"].items():
        rows = [
            (
                way,
                f"{one['precision1']:.2f}",
                f"{one['precision3']:.2f}",
                f"{one['precision5']:.2f}",
                f"{one['recall5']:.2f}",
                f"{one['recall10']:.2f}",
                f"{one['ndcg10']:.2f} ({one['ndcg10_low']:.2f}..{one['ndcg10_high']:.2f})",
            )
            for way, one in ways.items()
        ]
        head = f"{report['demands'][split]} demands ({split}), {report['solutions']} solutions"
        print_table((head, "P@1", "P@3", "P@5", "R@5", "R@10", "nDCG@10 (95 %)"), rows)
    print_table(("one demand", "took"), [("matched with all solutions", f"{report['match_ms']} ms")])


@app.command()
def watch(
    *,
    enterprises: Annotated[int, typer.Option(help="How many enterprises report.", min=20, max=200_000)] = 10_000,
    months: Annotated[int, typer.Option(help="For how many months.", min=30, max=240)] = 60,
    seed: Annotated[
        int | None, typer.Option(help="Of the generated months; 41, or with --tune 7, unless it is given.", min=0)
    ] = None,
    tune: Annotated[
        bool, typer.Option("--tune", help="Only look for the numbers of the warning rules, and measure nothing.")
    ] = False,
    scratch: Scratch = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """How fast the industry watch answers, and how often its warnings are right on months whose truth is known."""
    from millmark.bench.watch import MEASURED_ON, measure_watch
    from millmark.bench.watch_checks import rows_for_a_table

    if tune:
        _tune(enterprises, months, seed, as_json=as_json, out=out)
        return
    with _said_plainly():
        report = measure_watch(
            enterprises=enterprises,
            months=months,
            seed=MEASURED_ON if seed is None else seed,
            scratch=scratch,
            tell=_tell,
        )
    if _is_told(report, out=out, as_json=as_json):
        return
    _print_origin(report["machine"], report["versions"])
    head = f"{report['enterprises']} enterprises, {report['months']} months, seed {report['seed']}"
    asked = [
        ("sums of 25 months", report["warm_sums"]),
        ("the same after a report", report["cold_sums"]),
        ("who is near the line", report["near"]),
        ("who reported a month", report["month_desk"]),
        ("twelve months as columns", report["year_columns"]),
    ]
    print_table((head, "p50 ms", "p95 ms"), [(name, f"{one['p50_ms']}", f"{one['p95_ms']}") for name, one in asked])
    rows = [
        (
            one["rule"],
            f"{one['precision']:.3f}",
            f"{one['recall']:.3f}",
            f"{one['delay_months']:.0f}",
            f"{one['false_per_enterprise_year']:.4f}",
        )
        for one in report["rules"]
    ]
    head = f"warning rule (numbers from seed {report['tuned_on_seed']})"
    print_table((head, "precision", "recall", "delay, months", "false alarms per enterprise and year"), rows)
    asks = ("check at entry", "asks per enterprise and year, nothing wrong", "a digit more found", "a digit less found")
    print_table(asks, rows_for_a_table(report["checks"]))


def _tune(enterprises: int, months: int, seed: int | None, *, as_json: bool, out: Path | None) -> None:
    from millmark.bench.watch_tuning import TUNED_ON, f2, numbers, tune

    made_from = TUNED_ON if seed is None else seed
    found = tune(enterprises=enterprises, months=months, seed=made_from)
    report = {
        "enterprises": enterprises,
        "months": months,
        "seed": made_from,
        "rules": [
            {"rule": one.rule, "shipped": dict(one.shipped), "chosen": dict(one.chosen), "f2": f2(one.score)}
            for one in found
        ],
    }
    if _is_told(report, out=out, as_json=as_json):
        return
    rows = [(one.rule, numbers(one.shipped), numbers(one.chosen), f"{f2(one.score):.3f}") for one in found]
    print_table((f"warning rule, seed {made_from}", "shipped", "best of those tried", "its F2"), rows)


@app.command()
def coverage(
    *,
    stations: Annotated[int, typer.Option(help="Stations that stand.", min=1)] = 4_000,
    candidates: Annotated[int, typer.Option(help="Sites that may be chosen.", min=1)] = 3_000,
    places: Annotated[int, typer.Option(help="Demand places.", min=1)] = 10_000,
    seconds: Annotated[float, typer.Option(help="How long a plan may take.", min=1, max=600)] = 60.0,
    as_json: AsJson = False,
    out: Out = None,
    scratch: Scratch = None,
) -> None:
    """How fast coverage is reckoned and new sites are planned, and how near to the best choice that comes."""
    from millmark.bench.coverage import measure_coverage

    with _said_plainly():
        report = measure_coverage(stations, candidates, places, seconds=seconds, scratch=scratch, tell=_tell)
    if _is_told(report, out=out, as_json=as_json):
        return
    _print_origin(report["machine"], report["versions"])
    found = report["coverage"]
    print_table(
        (f"{report['places']:,} places, {report['stations']:,} stations", "took"),
        [("which covers which", f"{found['pairs_s']} s"), ("shares and statements", f"{found['report_s']} s")],
    )
    rows = [
        (
            plan["name"],
            f"{plan['budget_fen'] / 1e8:,.0f}",
            plan["status"],
            f"{plan['whole_s']} s",
            f"{plan['whole_cpu_s']} s",
            "-" if plan["gap"] is None else f"{plan['gap']:.3%}",
            "-" if plan["greedy_gap"] is None else f"{plan['greedy_gap']:.3%}",
            f"{plan['chosen']:,}",
            f"{plan['sites_left']:,} / {plan['groups_left']:,}",
        )
        for plan in report["plans"]
    ]
    print_table(
        ("plan", "million yuan", "ended", "took", "of CPU", "gap", "greedy gap", "sites", "left to solve"), rows
    )


@app.command()
def region(
    *,
    enterprises: Annotated[int, typer.Option(help="How many enterprises report.", min=100)] = 10_000,
    months: Annotated[int, typer.Option(help="For how many months.", min=12, max=120)] = 60,
    entries: Annotated[int, typer.Option(help="How many entries the ledger has.", min=10)] = 20_000,
    users: Annotated[int, typer.Option(help="How many people ask at once.", min=1, max=500)] = 20,
    seconds: Annotated[float, typer.Option(help="For how long they ask, and half of that in a hurry.", min=1)] = 30.0,
    rows: Annotated[int, typer.Option(help="How many rows the sheet has.", min=1)] = 100_000,
    database: Annotated[
        str | None,
        typer.Option(help="An empty PostgreSQL database to measure on, e.g. postgresql+psycopg://user@host/name."),
    ] = None,
    as_json: AsJson = False,
    out: Out = None,
    scratch: Scratch = None,
) -> None:
    """How fast the bureau's desk answers over a whole region with many people at once, and takes a large sheet in."""
    from millmark.bench.region import measure_region

    with _said_plainly():
        report = measure_region(
            enterprises,
            months,
            entries,
            users=users,
            seconds=seconds,
            sheet_rows=rows,
            database=database,
            scratch=scratch,
            tell=_tell,
        )
    if _is_told(report, out=out, as_json=as_json):
        return
    _print_origin(report["machine"], report["versions"])
    pages = [
        (page, str(times["requests"]), f"{times['p50_ms']} ms", f"{times['p95_ms']} ms", str(times["failed"]))
        for page, times in (*report["people"]["pages"].items(), *report["people"]["writes"].items())
    ]
    print_table((f"{users} people", "asked", "median", "p95", "failed"), pages)
    sheet, correction = report["sheet"], report["correction"]
    rest = [
        ("all pages, p95", f"{report['people']['p95_ms']} ms"),
        ("all pages in a hurry, p95", f"{report['hurried']['p95_ms']} ms at {report['hurried']['rate']} pages/s"),
        ("all figures, in a process that has read nothing yet", f"{report['first_figures_s']} s"),
        ("all figures, after a record came in", f"{report['figures_s']} s"),
        ("the whole reply, after a record came in", f"{report['reply_s']} s"),
        (f"a sheet of {sheet['rows']:,} rows, checked and kept", f"{sheet['whole_s']} s"),
        ("the longest that a single record waited meanwhile", f"{sheet['others_waited_s']} s"),
        (f"a sheet that corrects {correction['corrected']:,} rows", f"{correction['whole_s']} s"),
        ("the longest that a single record waited for it", f"{correction['others_waited_s']} s"),
    ]
    print_table(("", "took"), rest)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turns what can keep a benchmark from running into a sentence."""
    from millmark.bench.child import ServerFailed
    from millmark.bench.publisher import PublishingFailed

    try:
        yield
    except (ValueError, FileNotFoundError) as error:
        raise CommandError(str(error), where="the options", next_step="Choose others; --help names them.") from error
    except (PublishingFailed, ServerFailed) as error:
        raise CommandError(str(error), where="the load", next_step="Look at what is named, then try again.") from error


def _is_told(report: Mapping[str, Any], *, out: Path | None, as_json: bool) -> bool:
    """Writes and prints the report as JSON, as far as that is wanted; whether nothing else is to be printed."""
    if out is not None:
        try:
            out.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")
        except OSError as error:
            raise CommandError(
                f"the file cannot be written: {error.strerror or error}",
                where=str(out),
                next_step="Name a file in a folder that exists.",
            ) from error
    if as_json:
        print_json(dict(report))
    return as_json


def _path_row(name: str, figures: Any) -> list[str]:
    if isinstance(figures, str):
        return [name, figures, *[""] * 8]
    return [
        name,
        f"{figures['points_per_s']:,}",
        _told(figures, "share_of_raw_insert", "{:.0%}"),
        _told(figures, "share_of_live", "{:.0%}"),
        _told(figures, "ack_p50_ms", "{:.0f} ms"),
        _told(figures, "ack_p99_ms", "{:.0f} ms"),
        _told(figures, "lost", "{}"),
        _told(figures, "double", "{}"),
        _told(figures, "rss_mb", "{} MB"),
        figures["acknowledged"],
    ]


def _told(figures: Mapping[str, Any], name: str, form: str) -> str:
    return form.format(figures[name]) if name in figures else ""


def _timed_cells(told: Any) -> tuple[str, str]:
    return (told, "") if isinstance(told, str) else (f"{told['median_ms']} ms", f"{told['p99_ms']} ms")


def _print_origin(machine: Machine, versions: Mapping[str, str]) -> None:
    cores, memory = machine["cores"], machine["memory_gb"]
    print(f"{machine['processor']}, {cores} cores, {memory} GB, {machine['file_system']}, Linux {machine['kernel']}")
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    print()


def _tell(what: str) -> None:
    """Progress goes beside the result, which may be read by a program."""
    print(f"measuring {what} …", file=sys.stderr, flush=True)
