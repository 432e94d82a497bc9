"""Who gets in, and what somebody with a one-time password has to do first."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Demo, OpenPage, sign_in
from tests.faults.running import RunningPlatform

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


def test_a_stranger_is_led_to_the_sign_in_and_then_to_where_they_wanted(demo: Demo, watched: OpenPage) -> None:
    one = watched(demo.url)
    page = one.open("/figures/F02")
    page.wait_for_url("**/sign-in?next=/figures/F02")
    sign_in(page, demo.account, demo.password)
    page.wait_for_url("**/figures/F02")
    expect(page.locator("h1")).to_have_text("累计建成5G基站")
    # The browser notes the answer that told the console that nobody is signed in.
    one.forgive("401")


def test_a_wrong_password_is_answered_with_what_to_do(demo: Demo, watched: OpenPage) -> None:
    one = watched(demo.url, language="en-GB")
    page = one.open("/sign-in")
    sign_in(page, demo.account, "not the password")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("What to do:")
    expect(page.locator("#password")).to_have_value("")
    assert page.url.endswith("/sign-in")
    one.forgive("401")


def test_a_session_ends_when_its_owner_ends_it(signed_in: OpenPage) -> None:
    one = signed_in(language="en-GB")
    one.page.get_by_role("button", name="Sign out").click()
    one.page.wait_for_url("**/sign-in")
    one.open("/intake").wait_for_url("**/sign-in?next=/intake")
    one.forgive("401")


def test_a_one_time_password_must_be_replaced_before_anything_else(tmp_path: Path, watched: OpenPage) -> None:
    platform = RunningPlatform(tmp_path / "node")
    platform.start()
    try:
        one = watched(f"http://127.0.0.1:{platform.web}", language="en-GB")
        page = one.open("/sign-in")
        sign_in(page, "admin", platform.first_password)
        expect(page.get_by_role("heading", name="Choose your own password")).to_be_visible()

        page.goto(one.url + "/intake")
        expect(page.get_by_role("heading", name="Choose your own password")).to_be_visible()

        page.fill("#current", platform.first_password)
        page.fill("#next", "too short")
        page.fill("#again", "too short")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("fewer than")

        page.fill("#next", "a river turns the mill")
        page.fill("#again", "a river turns the mill")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Intake")).to_be_visible()
        # The page asks for news every few seconds; nobody is to be there when the platform goes.
        page.goto("about:blank")
    finally:
        platform.stop()
