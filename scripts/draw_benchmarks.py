"""Draws benchmarks/results as charts and tables: docs/images/performance-*.svg and docs/explanation/performance.md.

The page's own text stays; what stands between `<!-- measured:NAME -->` and `<!-- end -->` is written anew.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
IMAGES = ROOT / "docs" / "images"
PAGE = ROOT / "docs" / "explanation" / "performance.md"

_NAMES = {
    "raw_insert": "engine alone, Arrow",
    "sparkplug_qos1": "Millmark, Sparkplug QoS 1",
    "line_protocol": "Millmark, line protocol",
    "json_qos1": "Millmark, JSON QoS 1",
    "victoriametrics": "VictoriaMetrics",
    "influxdb": "InfluxDB 1.6",
    "mosquitto": "Mosquitto (keeps nothing)",
}
_TEXT_WIDTH = 160
_OURS, _LIMIT, _PEER = "#1f6f78", "#9aa5a8", "#c98b3d"
_COLOURS = {"raw_insert": _LIMIT} | dict.fromkeys(("sparkplug_qos1", "line_protocol", "json_qos1"), _OURS)


@dataclass(frozen=True, slots=True)
class Bar:
    """`text` stands behind the bar; `goal` is marked on it."""

    label: str
    value: float
    text: str
    colour: str
    goal: float | None = None


def chart(title: str, bars: Sequence[Bar], note: str, scale: Callable[[float], float] = float) -> str:
    """Horizontal bars as SVG that reads on any background."""
    left, width, row = 230, 420, 30
    height = 70 + row * len(bars) + 30
    most = scale(max(max(bar.value, bar.goal or 0) for bar in bars)) or 1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 {height}" role="img" font-family="sans-serif">',
        f"<title>{escape(title)}</title>",
        f'<rect width="820" height="{height}" rx="6" fill="#ffffff"/>',
        f'<text x="20" y="34" font-size="17" font-weight="600" fill="#22292b">{escape(title)}</text>',
    ]
    for number, bar in enumerate(bars):
        y = 56 + number * row
        length = max(1.0, scale(bar.value) / most * width)
        mark = None if bar.goal is None else scale(bar.goal) / most * width
        # The figure stands clear of the mark.
        end = mark if mark is not None and length < mark < length + _TEXT_WIDTH else length
        text = f'y="{y + 15}" font-size="13" fill="#22292b"'
        parts += [
            f'<text x="{left - 12}" {text} text-anchor="end">{escape(bar.label)}</text>',
            f'<rect x="{left}" y="{y}" width="{length:.1f}" height="20" rx="2" fill="{bar.colour}"/>',
            f'<text x="{left + end + 8:.1f}" {text}>{escape(bar.text)}</text>',
        ]
        if mark is not None:
            x = left + mark
            parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 4}" y2="{y + 24}" stroke="#b3261e" stroke-width="2"/>'
            )
    parts.append(f'<text x="20" y="{height - 14}" font-size="12" fill="#5b6467">{escape(note)}</text></svg>')
    return "\n".join(parts) + "\n"


def intake_chart(intake: Mapping[str, Any]) -> str:
    goals = {"sparkplug_qos1": 1_500_000, "json_qos1": 300_000, "line_protocol": 500_000}
    bars = [
        Bar(
            label,
            intake[name]["points_per_s"],
            f"{intake[name]['points_per_s'] / 1e6:.2f} M/s, {intake[name]['acknowledged'].partition(',')[0]}",
            _COLOURS.get(name, _PEER),
            goals.get(name),
        )
        for name, label in _NAMES.items()
        if isinstance(intake.get(name), dict)
    ]
    return chart("Points a second, acknowledged", bars, f"{_machine(intake)}; red: at least")


def query_chart(query: Mapping[str, Any]) -> str:
    ours = query["platform"]
    among = f"among {ours['other_points'] / 1e6:.0f} M other points"
    told = [
        ("a month alone", ours["month"], _OURS, 30),
        (f"a month {among}", ours["month_crowded"], _OURS, 30),
        (f"newest of {ours['latest_series']:,} series", ours["latest"], _OURS, 20),
        ("a month alone, VictoriaMetrics", query["victoriametrics"], _PEER, None),
        ("a month alone, InfluxDB 1.6", query["influxdb"], _PEER, None),
    ]
    bars = [
        Bar(label, one["median_ms"], f"{one['median_ms']} ms (p99 {one['p99_ms']})", colour, goal)
        for label, one, colour, goal in told
        if isinstance(one, dict)
    ]
    note = f"{_machine(query)}; median, bars on a logarithmic scale; red: at most"
    return chart("One series, 30 days at 1 Hz, in 1,000 buckets", bars, note, math.log1p)


def storage_chart(storage: Mapping[str, Any]) -> str:
    ours = storage["platform"]
    all_in = ours["bytes_per_point"] + ours["rollup_bytes_per_point"]
    bars = [
        Bar(one["recording"], one["bytes_per_point"], f"{one['bytes_per_point']:.2f}", _LIMIT)
        for one in ours["recordings"]
    ]
    bars.append(Bar("all", ours["bytes_per_point"], f"{ours['bytes_per_point']:.2f}", _OURS))
    bars.append(Bar("all, rollups included", all_in, f"{all_in:.2f}", _OURS, 2.5))
    for name in ("victoriametrics", "influxdb"):
        if isinstance(storage[name], dict):
            size = storage[name]["bytes_per_point"]
            bars.append(Bar(f"all, {_NAMES[name]}", size, f"{size:.2f}", _PEER))
    note = "peers hold value and time; Millmark also quality, status code and time of receipt; red: at most"
    return chart("Bytes a point on disk, recordings of real plants", bars, note)


def connections_chart(connections: Mapping[str, Any]) -> str:
    bars = [
        Bar(label, one["mb_more"], f"{one['mb_more']} MB, {one['keep_alives_lost']} keep-alives lost", colour, goal)
        for label, one, colour, goal in (
            ("Millmark", connections["platform"], _OURS, 400),
            ("Mosquitto", connections["mosquitto"], _PEER, None),
        )
        if isinstance(one, dict)
    ]
    count = connections["platform"]["connections"]
    return chart(f"Memory of {count:,} idle connections", bars, f"{_machine(connections)}; red: at most")


CHARTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "intake": intake_chart,
    "query": query_chart,
    "storage": storage_chart,
    "connections": connections_chart,
}


def reached_table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """What was asked for and what was measured, a row each."""
    intake, query = results["intake"], results["query"]["platform"]
    storage, connections = results["storage"]["platform"], results["connections"]["platform"]
    sparkplug, json_path, lines = (intake[name] for name in ("sparkplug_qos1", "json_qos1", "line_protocol"))
    all_in = storage["bytes_per_point"] + storage["rollup_bytes_per_point"]
    month, crowded = query["month"]["median_ms"], query["month_crowded"]["median_ms"]
    rows = [
        ("Sparkplug QoS 1, durable, in history and rollups", "1.5 M/s (goal 3 M/s)", _rate(sparkplug)),
        ("its acknowledgements, p99", "under 500 ms", f"{sparkplug['ack_p99_ms']:.0f} ms"),
        ("its share of the engine's own insert rate", "40 % (goal 60 %)", f"{sparkplug['share_of_raw_insert']:.0%}"),
        ("against VictoriaMetrics, bulk", "1.3 × (goal 2 ×)", _times(sparkplug, intake["victoriametrics"])),
        ("against InfluxDB, bulk", "3 × (goal 5 ×)", _times(sparkplug, intake["influxdb"])),
        ("JSON over MQTT QoS 1, 3 values a message", "0.3 M/s (goal 0.6 M/s)", _rate(json_path)),
        ("line protocol over HTTP", "0.5 M/s (goal 1.5 M/s)", _rate(lines)),
        ("points lost, counted twice", "0, 0", _sums(sparkplug, json_path, lines)),
        (
            "memory while ingesting",
            "under 1,200 MB",
            f"{max(one['rss_mb'] for one in (sparkplug, json_path, lines)):,} MB",
        ),
        (f"{connections['connections']:,} idle connections", "under 400 MB more", f"{connections['mb_more']} MB more"),
        ("their keep-alives lost", "0", f"{connections['keep_alives_lost']} of {connections['keep_alives']:,}"),
        ("bytes a point, all in", "under 2.5", f"{all_in:.2f}"),
        (f"newest of {query['latest_series']:,} series", "under 20 ms", f"{query['latest']['median_ms']:.1f} ms"),
        ("a month of one series in 1,000 buckets", "under 30 ms", f"{month:.1f} ms"),
        (f"the same among {query['other_series']} × more", "× 1.5", f"{crowded:.1f} ms, × {query['ratio']:.2f}"),
    ]
    return _markdown(("what", "at least", "measured"), rows)


def intake_table(results: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for name, label in _NAMES.items():
        one = results["intake"].get(name)
        if isinstance(one, dict):
            waits = f"{one['ack_p50_ms']:.0f} / {one['ack_p99_ms']:.0f} ms" if "ack_p50_ms" in one else ""
            memory, cpu = (f"{one['rss_mb']} MB", f"{one['cpu_s'] / one['points'] * 1e9:.0f} ns") if waits else ("", "")
            rows.append((label, f"{one['points_per_s']:,}", waits, memory, cpu, one["acknowledged"], one["sent_as"]))
    header = ("path", "points/s", "ack p50 / p99", "memory", "processor time a point", "acknowledged", "sent as")
    return _markdown(header, rows)


def desk_table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The bureau's desk over a whole region: what was asked for and what was measured, on either database."""
    tables = results["statistics"]
    asked = tables["asked"]
    rows = [
        (what, most, sqlite, postgresql)
        for (what, most, sqlite), (*_, postgresql) in zip(
            _region_rows(results["region"]), _region_rows(results["region-postgresql"]), strict=True
        )
    ]
    rows += [
        ("a statistics table under disclosure control", "under 2 s", f"{tables['whole_s']:.2f} s", ""),
        ("the same asked of a platform with nothing at hand", "under 2 s", f"{asked['first_s']:.2f} s", ""),
        ("the same after a report was corrected", "under 2 s", f"{asked['corrected_s']:.2f} s", ""),
    ]
    return _markdown(("what", "at most", "SQLite", "PostgreSQL"), rows)


def _region_rows(region: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    people, hurried, sheet, correction = (region[part] for part in ("people", "hurried", "sheet", "correction"))
    pages = f"{people['users']} people, a page a second each, while records come in: p95 of all pages"
    return [
        (pages, "under 300 ms", f"{people['p95_ms']:.0f} ms"),
        ("the same without a pause: p95", "", f"{hurried['p95_ms']:,.0f} ms"),
        ("pages a second that are opened then", "", f"{hurried['rate']:.0f}"),
        ("the whole reply after a record came in", "under 1 s", f"{region['reply_s']:.2f} s"),
        ("all figures after a start, with nothing at hand", "", f"{region['first_figures_s']:.1f} s"),
        (f"a sheet of {sheet['rows']:,} rows, with its report", "under 30 s", f"{sheet['whole_s']:.1f} s"),
        ("the longest that a single record waited meanwhile", "", f"{sheet['others_waited_s']:.1f} s"),
        (f"a sheet that corrects {correction['corrected']:,} rows", "under 30 s", f"{correction['whole_s']:.1f} s"),
        ("the longest that a single record waited for it", "", f"{correction['others_waited_s']:.1f} s"),
    ]


def desk_pages_table(results: Mapping[str, Mapping[str, Any]]) -> str:
    pages = results["region"]["people"]["pages"] | results["region"]["people"]["writes"]
    rows = [
        (f"`{name}`" if name.startswith("/") else name, str(one["requests"]), f"{one['p50_ms']:.0f} ms", _ms(one))
        for name, one in pages.items()
    ]
    return _markdown(("page", "asked", "median", "p95"), rows)


def _ms(one: Mapping[str, Any]) -> str:
    return f"{one['p95_ms']:.0f} ms"


def origin(results: Mapping[str, Mapping[str, Any]]) -> str:
    versions: dict[str, str] = {}
    for one in results.values():
        versions |= one["versions"]
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    seconds = results["intake"]["load"]["seconds"]
    return f"{_machine(results['intake'])}. {told}. Each path of the intake for {seconds:.0f} seconds."


SECTIONS = {
    "reached": reached_table,
    "intake": intake_table,
    "desk": desk_table,
    "desk-pages": desk_pages_table,
    "origin": origin,
}
DESK = ("region", "region-postgresql", "statistics")
"""Results that are told in tables alone."""


def page(text: str, results: Mapping[str, Mapping[str, Any]]) -> str:
    """The page with what was measured written anew."""
    for name, write in SECTIONS.items():
        mark = f"<!-- measured:{name} -->\n"
        told = f"{mark}{write(results)}\n<!-- end -->"
        text = re.sub(f"{re.escape(mark)}.*?<!-- end -->", lambda _, told=told: told, text, flags=re.DOTALL)
    return text


def read_results() -> dict[str, dict[str, Any]]:
    return {name: json.loads((RESULTS / f"{name}.json").read_text("utf-8")) for name in (*CHARTS, *DESK)}


def _machine(result: Mapping[str, Any]) -> str:
    machine = result["machine"]
    return f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']:.0f} GB, {machine['file_system']}"


def _rate(path: Mapping[str, Any]) -> str:
    return f"{path['points_per_s'] / 1e6:.2f} M/s"


def _times(ours: Mapping[str, Any], peer: Any) -> str:
    return f"{ours['points_per_s'] / peer['points_per_s']:.1f} ×" if isinstance(peer, dict) else str(peer)


def _sums(*paths: Mapping[str, Any]) -> str:
    return f"{sum(path['lost'] for path in paths)}, {sum(path['double'] for path in paths)}"


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> None:
    results = read_results()
    for name, draw in CHARTS.items():
        (IMAGES / f"performance-{name}.svg").write_text(draw(results[name]), "utf-8")
    PAGE.write_text(page(PAGE.read_text("utf-8"), results), "utf-8")


if __name__ == "__main__":
    main()
