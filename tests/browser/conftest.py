"""A demonstration that has shown everything, and a browser in front of it."""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from millmark.web.console import find_console

CHROMIUM = "/usr/bin/chromium-headless-shell"
# The map draws with WebGL, which a machine without a graphics card has in software. To put whole pages together that
# way takes more than all the rest of a test, so only the map is drawn with it.
FLAGS = [
    "--no-sandbox",
    "--enable-unsafe-swiftshader",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--disable-gpu-compositing",
]
# Said of each picture that is brought back from such a map; no page can do anything about it.
OF_DRAWING_IN_SOFTWARE = "GPU stall due to ReadPixels"
SHOWN_WITHIN_S = 150.0
WIDE = (1440, 900)
NARROW = (390, 844)


@dataclass(frozen=True)
class Demo:
    """Where the demonstration answers and how to sign in there; its state is in `folder`."""

    url: str
    account: str
    password: str
    folder: Path

    @property
    def mqtt_port(self) -> int:
        """Where its devices connect."""
        settings = tomllib.loads((self.folder / "millmark.toml").read_text("utf-8"))
        return int(settings["mqtt"]["port"])


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`millmark demo` as its users start it, once its figures, a sealed day and verified claims are there."""
    import millmark

    if find_console(Path(millmark.__file__).parent) is None:
        pytest.fail("the console is not built; run `make console`")
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-u", "-m", "millmark.cli", "demo", "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            said = _read_until("shown after", process)
            address, sign_in = re.search(r"open +(\S+)", said), re.search(r"sign in +(\S+) / (\S+)", said)
            assert address, said
            assert sign_in, said
            yield Demo(address[1], sign_in[1], sign_in[2], folder)
        finally:
            process.terminate()
            process.wait(30)


def _read_until(words: str, process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    said = b""
    deadline = time.monotonic() + SHOWN_WITHIN_S
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while words not in (text := said.decode("utf-8", "replace")):
            assert waiting.select(max(0.0, deadline - time.monotonic())), f"no {words!r} in time:\n{text}"
            # What is there now; a buffered read would wait for more than a line.
            chunk = os.read(process.stdout.fileno(), 65_536)
            assert chunk, f"the demonstration ended:\n{text}"
            said += chunk
    return said.decode("utf-8", "replace")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # A demonstration and a browser that draws without a graphics card share what processors there are.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@dataclass
class Watched:
    """A page that remembers what it should not have done."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and OF_DRAWING_IN_SOFTWARE not in message.text:
            self.complaints.append(f"{message.type}: {message.text} {message.location}")

    def _asked(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in {"http", "https"} and asked.netloc != urlsplit(self.url).netloc:
            self.complaints.append(f"asked another host: {request.url}")

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def forgive(self, words: str) -> None:
        """Drop the complaints that a test brought about on purpose; there must be one."""
        kept = [complaint for complaint in self.complaints if words not in complaint]
        assert len(kept) < len(self.complaints), f"nothing to forgive with {words!r} in {self.complaints}"
        self.complaints = kept


OpenPage = Callable[..., Watched]


@pytest.fixture
def watched(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages that fail their test when they complain: errors and warnings, or a request to another host."""
    opened: list[Watched] = []

    def open_page(url: str, *, language: str = "zh-CN", size: tuple[int, int] = WIDE) -> Watched:
        # The reader sits elsewhere than the machines: times must still be told in the site's zone.
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=language, timezone_id="America/New_York"
        )
        opened.append(Watched(context.new_page(), url))
        return opened[-1]

    yield open_page
    for one in opened:
        one.page.context.close()
    assert [complaint for one in opened for complaint in one.complaints] == []


@pytest.fixture
def signed_in(demo: Demo, watched: OpenPage) -> OpenPage:
    """Opens a page and signs in to the demonstration there."""

    def open_page(*, language: str = "zh-CN", size: tuple[int, int] = WIDE) -> Watched:
        one = watched(demo.url, language=language, size=size)
        sign_in(one.open("/sign-in"), demo.account, demo.password)
        one.page.wait_for_selector("[data-figure]")
        return one

    return open_page


def sign_in(page: Page, account: str, password: str) -> None:
    page.fill("#account", account)
    page.fill("#password", password)
    page.keyboard.press("Enter")
