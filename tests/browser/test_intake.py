"""The door in the browser: what comes in, who is behind, what was set aside, each figure open to what it is made of."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import NARROW, Demo, OpenPage, Watched, sign_in
from tests.faults.running import RunningPlatform, register_factory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

FAULTS_OF_ACCESS = """() => {
  const named = (element) =>
    (element.getAttribute('aria-label') || element.textContent || element.title || '').trim() ||
    (element.labels && element.labels.length && element.labels[0].textContent.trim()) ||
    (element.getAttribute('aria-labelledby') && document.getElementById(element.getAttribute('aria-labelledby')));
  const where = (element) => element.outerHTML.slice(0, 120);
  const faults = [];
  for (const element of document.querySelectorAll('a, button, input, select, [role=button], [role=img], [role=region]'))
    if (!element.closest('[hidden]') && !named(element)) faults.push(`no name: ${where(element)}`);
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(`id twice: ${id}`);
  for (const table of document.querySelectorAll('table'))
    for (const head of table.querySelectorAll('th')) if (!head.scope) faults.push(`th without scope: ${where(head)}`);
  for (const element of document.querySelectorAll('[aria-labelledby], [aria-controls], [aria-describedby]'))
    for (const name of ['aria-labelledby', 'aria-controls', 'aria-describedby'])
      for (const id of (element.getAttribute(name) || '').split(' ').filter(Boolean))
        if (!document.getElementById(id)) faults.push(`${name} of nothing: ${id}`);
  let before = 0;
  for (const heading of document.querySelectorAll('main h1, main h2, main h3')) {
    const level = Number(heading.tagName[1]);
    if (level > before + 1) faults.push(`heading jumps to h${level}: ${where(heading)}`);
    before = level;
  }
  return faults;
}"""


def open_intake(one: Watched) -> Page:
    page = one.open("/intake")
    page.wait_for_selector("tr[data-gateway]")
    page.wait_for_selector(".activity canvas")
    return page


def test_every_figure_opens_what_it_is_made_of(signed_in: OpenPage) -> None:
    page = open_intake(signed_in(language="en-GB"))
    opened = {
        "rate": "activity",
        "lag": "gateways",
        "setAside": "quarantine",
        "disk": "store",
        "connections": "gateways",
    }
    for figure, part in opened.items():
        page.locator(f"[data-figure={figure}]").focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#{part}")).to_be_focused()
        expect(page.locator(f"#{part}")).to_be_in_viewport()
    expect(page.locator("[data-figure=connections]")).to_contain_text(re.compile(r"MQTT \S+: \d"))


def test_charts_follow_and_are_tables_too(signed_in: OpenPage) -> None:
    page = open_intake(signed_in(language="en-GB"))
    charts = page.locator(".activity")
    assert charts.count() == 4
    expect(charts.first.locator("[role=img]")).to_have_attribute("aria-label", re.compile("Points a second: .* now"))
    page.get_by_role("button", name="As a table").click()
    first = page.get_by_role("region", name="Points a second").locator("tbody tr").first
    newest = first.locator("td").first.inner_text()
    assert re.fullmatch(r"\d\d:\d\d:\d\d", newest)
    # The next step of five seconds comes by itself, above the others.
    expect(first.locator("td").first).not_to_have_text(newest, timeout=20_000)
    page.get_by_role("button", name="Last day").click()
    expect(page.get_by_role("button", name="Last day")).to_have_attribute("aria-pressed", "true")


def test_a_gateway_opens_its_own_hour_and_its_series_down_to_the_points(signed_in: OpenPage) -> None:
    page = open_intake(signed_in(language="en-GB"))
    page.get_by_role("link", name="demo-b", exact=True).click()
    page.wait_for_url("**/intake/gateways/demo-b")
    expect(page.get_by_role("heading", name="demo-b")).to_be_visible()
    expect(page.locator(".activity canvas").first).to_be_visible()
    page.get_by_role("button", name="active_power").first.click()
    expect(page.locator("#series-chart")).to_be_focused()
    expect(page.locator(".chart .plot canvas").first).to_be_visible()


def test_a_new_gateway_signs_in_with_the_key_it_was_given_and_what_it_may_not_bring_is_set_aside(
    demo: Demo, signed_in: OpenPage
) -> None:
    one = signed_in(language="en-GB")
    page = one.open("/intake/gateways")
    page.get_by_role("button", name="Add a gateway").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add and make its key").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Fill in")
    name = f"edge-{time.time_ns() % 10**9}"
    dialog.locator("input[name=id]").fill(name)
    dialog.locator("input[name=root]").fill("demo-a/main")
    dialog.get_by_text("becomes series by itself").click()
    dialog.get_by_role("button", name="Add and make its key").click()
    key = dialog.locator("[data-key]").inner_text()
    dialog.get_by_role("button", name="Done").click()

    publish(demo.mqtt_port, name, key, f"millmark/{name}/press-9", {"speed": 17.5})
    page.locator(f"tr[data-gateway={name}]").get_by_role("button", name=re.compile("^Show the reading of")).click()
    page.wait_for_url(f"**/intake/gateways/{name}#quarantine")
    expect(page.locator("#quarantine")).to_be_focused()
    row = page.locator("section", has=page.locator("#quarantine")).locator("tbody tr")
    expect(row).to_contain_text("unknown series")
    expect(row).to_contain_text("17.5")
    page.locator("[data-reason=unknown_series]").click()
    expect(page.locator("section", has=page.locator("#quarantine"))).to_contain_text("Register the series")
    # Its cause is not mended yet, so it stays.
    page.get_by_role("button", name=re.compile("^Bring speed")).click()
    expect(page.get_by_text("0 are in the history now, 1 stay set aside.")).to_be_visible()

    before = key
    page.locator("[data-act=renew-key]").click()
    expect(page.get_by_role("dialog")).to_contain_text("stops working")
    page.locator("[data-act=confirm-key]").click()
    expect(page.locator("[data-key]")).to_be_visible()
    assert page.locator("[data-key]").inner_text() != before


def test_a_quota_is_given_and_shown(signed_in: OpenPage) -> None:
    page = signed_in(language="en-GB").open("/intake/gateways/demo-b")
    expect(page.locator("[data-quota=points_per_s]")).to_have_text("no limit")
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_role("spinbutton", name="Points a second").fill("50000")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-quota=points_per_s]")).to_have_text("50,000")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[RunningPlatform]:
    """A platform that nobody has brought anything to; its disk can be written again afterwards."""
    platform = RunningPlatform(tmp_path / "node", settings="[intake]\nretry_longest_s = 0.5\n")
    platform.start()
    try:
        yield platform
    finally:
        freeze(platform.folder / "history", "-i")
        platform.stop()


def freeze(folder: Path, flag: str) -> None:
    """Nothing can be made, renamed or removed in a folder that is immutable, not even by root."""
    command = ["find", folder, "-type", "d", "-exec", "chattr", flag, "{}", "+"]
    done = subprocess.run(command, check=False, capture_output=True)
    if done.returncode:
        pytest.skip(f"this file system cannot be made read-only here: {done.stderr.decode().strip()[:200]}")


def test_an_empty_door_says_what_to_do_next_and_a_disk_that_refuses_is_told_until_it_takes_again(
    fresh: RunningPlatform, watched: OpenPage
) -> None:
    one = watched(f"http://127.0.0.1:{fresh.web}", language="en-GB")
    page = one.open("/sign-in")
    sign_in(page, "admin", fresh.first_password)
    page.fill("#current", fresh.first_password)
    page.fill("#next", "a river turns the mill")
    page.fill("#again", "a river turns the mill")
    page.keyboard.press("Enter")
    page.wait_for_selector("nav")
    page.goto(one.url + "/intake")
    expect(page.get_by_text("Nothing has come in yet")).to_be_visible()
    expect(page.get_by_role("link", name="To the gateways")).to_be_visible()

    _, _, key = register_factory(fresh)
    publish(fresh.mqtt, "gw-1", key, "millmark/gw-1/press-1", {"speed": 1.5})
    expect(page.locator("tr[data-gateway=gw-1]")).to_contain_text("live")
    expect(page.get_by_text("Nothing has come in yet")).to_have_count(0)
    expect(page.locator("[data-notice]")).to_have_count(0)

    freeze(fresh.folder / "history", "+i")
    try:
        with pytest.raises(AssertionError):
            publish(fresh.mqtt, "gw-1", key, "millmark/gw-1/press-1", {"speed": 2.5}, within_s=3)
        notice = page.locator("[data-notice=bad]")
        expect(notice).to_contain_text("Nothing can be stored just now")
        expect(notice).to_contain_text("What to do: Make room on the disk")
        expect(page.locator("h1 + .tag")).to_contain_text("Degraded")
    finally:
        freeze(fresh.folder / "history", "-i")
    expect(page.locator("[data-notice]")).to_have_count(0, timeout=20_000)
    expect(page.locator("h1 + .tag")).to_have_text("Running")


@pytest.mark.parametrize("language", ["zh-CN", pytest.param("en-GB", marks=pytest.mark.long)])
@pytest.mark.parametrize("size", [(1440, 900), NARROW])
def test_pages_of_the_door_are_named_for_screen_readers_and_fit(
    signed_in: OpenPage, language: str, size: tuple[int, int]
) -> None:
    one = signed_in(language=language, size=size)
    for path in ("/intake", "/intake/gateways", "/intake/gateways/demo-c"):
        page = one.open(path)
        page.wait_for_selector("h1")
        page.wait_for_selector(".sheet table")
        page.wait_for_timeout(1000)
        assert page.evaluate(FAULTS_OF_ACCESS) == [], path
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{path} is {beyond} px wider than the screen"


def publish(port: int, gateway: str, key: str, topic: str, telemetry: object, within_s: float = 20.0) -> None:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="browser-test")
    client.username_pw_set(gateway, key)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        sent = client.publish(topic, json.dumps(telemetry), 1)
        sent.wait_for_publish(within_s)
        assert sent.is_published()
    finally:
        client.disconnect()
        client.loop_stop()
