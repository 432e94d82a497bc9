"""Takes the pictures of the console that the README shows, from a demonstration run for the purpose.

With `--desk FOLDER` it takes every page of an office's desk instead, in both languages, wide and narrow, to be
looked at.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
# The map draws with WebGL, which a machine without a graphics card has in software.
FLAGS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--use-gl=angle", "--use-angle=swiftshader"]
PAGES = {"city": "/", "enterprise": "/enterprises/1", "reply": "/reply"}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
DESK = [
    "tasks",
    "calls",
    "calls/new",
    "calls/1",
    "calls/2",
    "applications",
    "applications/1",
    "assessments",
    "assessments/1",
    "reviews",
    "recognitions",
    "projects",
    "money",
    "money?tab=awards",
    "money?tab=payments",
    "simulator",
    "challenges",
    "papers",
    "packs",
    "packs/sme-digital-level/2024",
    "packs/pilot-city-hangzhou/2024",
    "webhooks",
]


@contextmanager
def running_demo(folder: Path) -> Iterator[tuple[str, str]]:
    """A demonstration that has shown everything: its address and its password."""
    command = [sys.executable, "-u", "-m", "millmark.cli", "demo", "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
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


def take_desk(browser: Browser, address: str, password: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        for name, size in SIZES.items():
            page = signed_in(browser, address, password, language, size)
            for path in DESK:
                page.goto(f"{address}/desk/{path}")
                page.wait_for_load_state("load")
                page.wait_for_timeout(1500)
                file = re.sub(r"[^a-z0-9]+", "-", path)
                page.screenshot(path=folder / f"{file}-{language}-{name}.png", full_page=True)
            page.close()


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
    parser.add_argument("--desk", metavar="FOLDER", type=Path, help="take the desk's pages to this folder instead")
    desk = parser.parse_args().desk
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder)) as (address, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        if desk is not None:
            take_desk(browser, address, password, desk)
        else:
            for language in LANGUAGES:
                take(browser, address, password, language)
        browser.close()


if __name__ == "__main__":
    main()
