"""Takes the pictures of the console that the README shows, from a demonstration run for the purpose.

With `--desk FOLDER` it takes every page of the programme desk, of the bureau's desk and of the public instead, as each
of their people sees them, in both languages, wide and narrow, to be looked at; `--language` and `--size` take fewer.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from desk_for_pictures import COOKIE, FilledDesk, fill_desk
from playwright.sync_api import Browser, Page, expect, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium-headless-shell"
# The map draws with WebGL, which a machine without a graphics card has in software.
FLAGS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--use-gl=angle", "--use-angle=swiftshader"]
PAGES = {"city": "/", "enterprise": "/enterprises/1", "reply": "/reply"}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
NOBODY = "nobody"
"""Whoever looks without having signed in."""
OFFICER = [
    "tasks",
    "calls",
    "calls/new",
    "calls/1",
    "calls/{call}",
    "applications",
    "applications/1",
    "applications/{application}",
    "assessments",
    "assessments/1?tab=questions",
    "assessments/1?tab=result",
    "assessments/1?tab=grades",
    "assessments/1?tab=steps",
    "reviews",
    "recognitions",
    "recognitions?tab=recognitions",
    "projects",
    "projects/{project}",
    "money",
    "money?tab=awards",
    "money?tab=payments",
    "money?tab=clawbacks",
    "money/lines/{line}",
    "awards/{award}",
    "simulator",
    "challenges",
    "challenges?tab=audits",
    "challenges/{challenge}",
    "papers",
    "papers?tab=sheets",
    "papers?tab=templates",
    "packs",
    "packs/sme-digital-level/2024",
    "packs/pilot-city-hangzhou/2024",
]
ENTERPRISE = [
    "",
    "calls",
    "calls/1",
    "applications",
    "applications/1",
    "applications/{application}",
    "assessments",
    "assessments/1?tab=result",
    "recognitions",
    "projects",
    "projects/{project}",
    "awards/{award}",
    "challenges",
    "challenges/{challenge}",
    "consents",
    "papers",
]
DESK = {
    "city-officer": OFFICER,
    "works-manager": ENTERPRISE,
    "other-manager": ["", "applications/2", "applications/2/form", "recognitions", "projects", "consents"],
    "first-expert": ["reviews", "reviews/{review}", "assessments", "tasks"],
    "city-treasurer": ["tasks", "money", "awards/{award}", "papers"],
    "admin": ["webhooks"],
}
"""What each of a desk's people looks at, with numbers by the kind of what there is to see."""
BUREAU = {
    "city-officer": (
        "",
        "figures/F01",
        "figures/F28",
        "figures/M01",
        *("enterprises", "enterprises/1", "enterprises/1?tab=measures", "enterprises/1?tab=claims"),
        *("claims", "programmes", "reply", "intake", "intake/gateways", "intake/gateways/demo-a", "password"),
        *(f"coverage?tab={tab}" for tab in ("overview", "gaps", "plans", "places", "candidates", "parameters")),
        *("coverage/plans/1", "coverage/places/1", "data-centres"),
        *("factors", "factors?tab=statistics", "factors?tab=rules", "factors/1", "factors/7"),
        *("investments", "investments?tab=timeline", "investments?tab=list", "investments/3", "briefs"),
        *(f"ledger?tab={tab}" for tab in ("overview", "indicators", "targets", "imports")),
        *("ledger/kinds/5g-base-station?tab=map", "ledger/kinds/5g-base-station?tab=growth", "ledger/import"),
        *("ledger/kinds/5g-base-station", "ledger/entries/11", "publications", "publications/F01", "publications/F28"),
        *("proposals", "proposals?tab=asked", "proposals?tab=commitments", "proposals?tab=years"),
        *("proposals/1", "proposals/1/draft", "proposals/2"),
        *("statistics", "statistics/demo-electricity-by-area", "statistics/demo-electricity-by-area/publications/1"),
        *("statistics-waivers", "suppliers", "suppliers?tab=solutions", "suppliers/1", "solutions/1"),
        *("demands", "demands/1", "demands/2", "cases", "cases/1", "events", "events/1", "events/2"),
        *(f"watch?tab={tab}" for tab in ("overview", "near", "roster", "key", "warnings", "rules")),
        *("watch/enterprises/1", "watch/reports", "watch/reports/1/2026-10"),
    ),
    "works-manager": ("", "my-month", "peers", "reads", "factors", "demands", "demands/new", "cases/1", "events/2"),
}
"""The same of the bureau's desk and of the pages that everybody shares."""
PUBLIC = (
    *("", "figures/F01", "figures/F99", "calls", "calls/pictures", "lists", "suppliers", "cases", "events"),
    *("replies", "replies/1", "statistics", "statistics/demo-electricity-by-area", "data"),
)


@contextmanager
def running_demo(folder: Path) -> Iterator[tuple[str, str]]:
    """A demonstration that has shown everything: its address and its password."""
    command = [sys.executable, "-u", "-m", "millmark.cli", "demo", "--data", str(folder)]
    # The desk's webhook goes to a port of this machine where nobody listens.
    environment = os.environ | {"MILLMARK_WEBHOOKS__ALLOW_PRIVATE": "true"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as demo:
        said = ""
        while "shown after" not in said:
            line = demo.stdout.readline() if demo.stdout else ""
            if not line:
                raise SystemExit(f"the demonstration ended:\n{said}")
            said += line
        address, password = re.search(r"open +(\S+)", said), re.search(r"sign in +admin / (\S+)", said)
        if address is None or password is None:
            raise SystemExit(f"no address or sign-in in:\n{said}")
        try:
            yield address[1], password[1]
        finally:
            demo.terminate()


def signed_in(browser: Browser, address: str, password: str, language: str, size: tuple[int, int]) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale=LANGUAGES[language])
    page.goto(f"{address}/sign-in")
    page.locator("input").first.fill("admin")
    page.locator("input[type=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav", state="attached")
    return page


def take_desk(
    browser: Browser, address: str, password: str, folder: Path, languages: Iterable[str], sizes: Iterable[str]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    admin = signed_in(browser, address, password, "zh", SIZES["wide"])
    token = next(one["value"] for one in admin.context.cookies() if one["name"] == COOKIE)
    admin.close()
    desk = fill_desk(address, token)
    for language, size in itertools.product(languages, sizes):
        for who in {**DESK, **BUREAU}:
            paths = [*(f"desk/{path}" for path in DESK.get(who, ())), *BUREAU.get(who, ())]
            take_pages(browser, address, desk, who, paths, folder, language, size)
        shown = [*(f"public/{language}/{path}" for path in PUBLIC), "sign-in"]
        take_pages(browser, address, desk, NOBODY, shown, folder, language, size)


def take_pages(
    browser: Browser,
    address: str,
    desk: FilledDesk,
    who: str,
    paths: Iterable[str],
    folder: Path,
    language: str,
    size: str,
) -> None:
    """The pages of one of a desk's people in one language and size, each with all its length."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale=LANGUAGES[language])
    if who != NOBODY:
        context.add_cookies([{"name": COOKIE, "value": desk.tokens[who], "url": address, "httpOnly": True}])
    page = context.new_page()
    for path in paths:
        page.goto(f"{address}/{path.format(**desk.ids)}".rstrip("/"))
        page.locator("h1").first.wait_for()
        expect(page.locator("main [aria-busy=true]")).to_have_count(0, timeout=20_000)
        # Charts come a moment after the text.
        page.wait_for_timeout(1000)
        name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "city"
        page.screenshot(path=folder / f"{who}-{name}-{language}-{size}.png", full_page=True)
    context.close()


def take(browser: Browser, address: str, password: str, language: str) -> None:
    page = signed_in(browser, address, password, language, SIZES["wide"])
    for name, path in PAGES.items():
        page.goto(address + path)
        page.wait_for_load_state("load")
        # Charts and the map come a moment after the text; live streams keep the network from ever being idle.
        page.wait_for_timeout(8000)
        page.screenshot(path=IMAGES / f"{name}-{language}.png")
    page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--desk", metavar="FOLDER", type=Path, help="take every page of both desks to this folder instead"
    )
    parser.add_argument("--language", choices=LANGUAGES, help="with --desk: one language alone")
    parser.add_argument("--size", choices=SIZES, help="with --desk: one size alone")
    asked = parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder)) as (address, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        if asked.desk is not None:
            languages, sizes = [asked.language] if asked.language else LANGUAGES, [asked.size] if asked.size else SIZES
            take_desk(browser, address, password, asked.desk, languages, sizes)
        else:
            for language in LANGUAGES:
                take(browser, address, password, language)
        browser.close()


if __name__ == "__main__":
    main()
