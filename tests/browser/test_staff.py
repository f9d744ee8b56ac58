"""The staff at their desk, in a real browser: what they do there, and how it looks."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from operations.demo import PASSWORD, STAFF

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOOKS = [
    ("light", "wide", WIDE),
    ("dark", "wide", WIDE),
    ("dark", "phone", PHONE),
    ("light", "phone", PHONE),
]
# The main pages, and what is to be read on each.
PAGES = {
    "dashboard": ("/admin/", "Places taken"),
    "sessions": ("/admin/sessions_app/session/", "React Hooks Workshop"),
    "session": ("/admin/sessions_app/session/2/change/", "Booking requests"),
    "people": ("/admin/accounts/user/", "maria@demo.example"),
    "person": ("/admin/accounts/user/2/change/", "Permissions"),
    "group": ("/admin/auth/group/add/", "Permissions"),
    "log": ("/admin/admin/logentry/", "log entries"),
    "one-on-ones": ("/admin/zoom/oneononesession/", "0 sessions"),
    "mails": ("/admin/mail/mail/", "0 mails"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where screenshots go: to the folder that `SCREENSHOTS` names, to be looked at."""
    chosen = os.environ.get("SCREENSHOTS")
    return Path(chosen) if chosen else tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="module")
def cookies():
    """Those of a browser in which staff have signed in."""
    return []


@pytest.fixture
def desk(page: Page, cookies: list[Any]) -> Page:
    """The dashboard, signed in as staff: by the form the first time."""
    page.context.add_cookies(cookies)
    page.goto("/admin/")
    if not cookies:
        page.get_by_label("Username").fill(STAFF)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    cookies[:] = page.context.cookies()
    return page


def find(desk: Page, words: str) -> None:
    """By way of the navigation and the search of the list."""
    desk.get_by_role("navigation").get_by_role("link", name="Sessions", exact=True).click()
    desk.locator("[name=q]").fill(words)
    desk.locator("[name=q]").press("Enter")
    expect(desk.locator("[name=_selected_action]")).to_have_count(1)


def choose(desk: Page, action: str) -> None:
    """Do it to the session that is listed."""
    desk.locator("[name=_selected_action]").check()
    desk.get_by_label("Select action to run").select_option(label=action)
    desk.get_by_role("button", name="Run").click()


def figures(desk: Page) -> dict[str, int]:
    """How many sessions wait for approval, and how many there are in three statuses."""
    desk.get_by_role("navigation").get_by_role("link", name="Dashboard").click()
    waiting = desk.get_by_role("listitem").filter(has_text="Sessions waiting for approval")
    found = {"waiting": int(waiting.locator("strong").inner_text())}
    for status in ("Upcoming", "Approved"):
        row = desk.get_by_role("row", name=re.compile(f"^{status}"))
        found[status] = int(row.get_by_role("cell").last.inner_text())
    return found


def test_staff_find_a_session_approve_it_cancel_another_and_see_the_dashboard_move(desk):
    before = figures(desk)

    find(desk, "data structures")
    choose(desk, "Approve selected sessions")
    expect(desk.get_by_text("1 approved.")).to_be_visible()

    find(desk, "react hooks")
    choose(desk, "Cancel selected sessions, with a reason")
    desk.get_by_label(re.compile("Reason")).fill("The room is flooded")
    desk.get_by_role("button", name="Cancel these sessions").click()
    expect(desk.get_by_text("1 cancelled.")).to_be_visible()

    after = figures(desk)
    assert {name: after[name] - before[name] for name in before} == {
        "waiting": -1,
        "Upcoming": -1,
        "Approved": 1,
    }


def test_another_period_is_chosen_and_its_numbers_are_read_as_a_table(desk):
    desk.get_by_role("link", name="90 days").click()
    expect(desk.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "true")
    desk.get_by_label("From").fill("2026-01-01")
    desk.get_by_label("to", exact=True).fill("2026-01-02")
    desk.get_by_role("button", name="Show").click()
    desk.get_by_text("As a table").first.click()

    expect(desk.get_by_text("1 January 2026 to 2 January 2026")).to_be_visible()
    table = desk.get_by_role("table", name="Sessions by their date")
    expect(table.get_by_role("row")).to_have_count(3)


def test_the_menu_is_opened_and_closed_by_the_keyboard(desk):
    menu = desk.get_by_role("button", name="Menu")
    sidebar = desk.locator("#nav-sidebar")
    expect(sidebar).to_be_visible()

    menu.focus()
    menu.press("Enter")
    expect(sidebar).to_be_hidden()

    menu.press(" ")
    expect(sidebar).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_bar_with_the_acts_leaves_the_last_row_in_sight(desk, size):
    desk.set_viewport_size(size)
    desk.goto("/admin/sessions_app/session/")
    desk.locator("[name=_selected_action]").first.check()
    desk.keyboard.press("End")

    row = desk.locator("#result_list tbody tr, #result_list tbody.block").last
    bar = desk.locator("#changelist-actions-wrapper")
    expect(bar).to_be_visible()
    desk.wait_for_function("scrollY + innerHeight >= document.documentElement.scrollHeight - 1")
    last, acts = row.bounding_box(), bar.bounding_box()
    assert last
    assert acts
    assert last["y"] + last["height"] <= acts["y"]


def test_a_phone_shows_the_name_of_the_page(desk):
    desk.set_viewport_size(PHONE)
    desk.goto("/admin/sessions_app/session/2/change/")

    expect(desk.locator("h1").get_by_text("Group sessions")).to_be_hidden()
    expect(desk.locator("h1").get_by_text("React Hooks Workshop")).to_be_visible()


def test_each_page_fits_a_phone_in_light_and_dark(desk, folder):
    for name, (path, words) in PAGES.items():
        desk.goto(path)
        look_at(desk, name, words, folder)


def test_the_sign_in_fits_a_phone_in_light_and_dark(page, folder):
    page.goto("/admin/")

    look_at(page, "sign-in", "Welcome back to", folder)


def look_at(page: Page, name: str, words: str, folder: Path) -> None:
    """A screenshot in either theme and width; what is to be read there can be, and nothing is
    wider than the screen."""
    for theme, width, size in LOOKS:
        turn(page, theme)
        page.set_viewport_size(size)
        expect(page.get_by_text(words).filter(visible=True).first).to_be_visible()
        excess = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert excess <= 0, f"{name}, {width}: {excess} pixels too wide"
        page.screenshot(path=folder / f"{name}-{theme}-{width}.png", full_page=True)
    page.set_viewport_size(WIDE)


def turn(page: Page, theme: str) -> None:
    """By unfold's own keys, which turn light to dark and all else to light."""
    while page.evaluate("localStorage.adminTheme") != f'"{theme}"':
        page.keyboard.press("Control+e")
        page.wait_for_timeout(20)
    expect(page.locator("html")).to_have_class(re.compile(theme))
