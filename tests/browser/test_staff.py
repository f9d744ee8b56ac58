"""The admin in a real browser: its main tasks and its layout."""

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
# The main pages, with a text that each shows.
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
    """The folder of the screenshots: that of `SCREENSHOTS`, or a temporary one."""
    chosen = os.environ.get("SCREENSHOTS")
    return Path(chosen) if chosen else tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="module")
def cookies():
    """The cookies of a browser in which staff have signed in."""
    return []


@pytest.fixture
def admin(page: Page, cookies: list[Any]) -> Page:
    """The dashboard for staff, who sign in with the form the first time."""
    page.context.add_cookies(cookies)
    page.goto("/admin/")
    if not cookies:
        page.get_by_label("Username").fill(STAFF)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    cookies[:] = page.context.cookies()
    return page


def find(admin: Page, words: str) -> None:
    """Find one session with the navigation and the search of the list."""
    admin.get_by_role("navigation").get_by_role("link", name="Sessions", exact=True).click()
    admin.locator("[name=q]").fill(words)
    admin.locator("[name=q]").press("Enter")
    expect(admin.locator("[name=_selected_action]")).to_have_count(1)


def run_action(admin: Page, action: str) -> None:
    """Run an action on the listed session."""
    admin.locator("[name=_selected_action]").check()
    admin.get_by_label("Select action to run").select_option(label=action)
    admin.get_by_role("button", name="Run").click()


def figures(admin: Page) -> dict[str, int]:
    """Return the numbers of sessions that wait for approval, and of those in two statuses."""
    admin.get_by_role("navigation").get_by_role("link", name="Dashboard").click()
    waiting = admin.get_by_role("listitem").filter(has_text="Sessions waiting for approval")
    found = {"waiting": int(waiting.locator("strong").inner_text())}
    for status in ("Upcoming", "Approved"):
        row = admin.get_by_role("row", name=re.compile(f"^{status}"))
        found[status] = int(row.get_by_role("cell").last.inner_text())
    return found


def test_staff_approve_a_session_and_cancel_another_and_the_dashboard_changes(admin):
    before = figures(admin)

    find(admin, "data structures")
    run_action(admin, "Approve selected sessions")
    expect(admin.get_by_text("1 approved.")).to_be_visible()

    find(admin, "react hooks")
    run_action(admin, "Cancel selected sessions, with a reason")
    admin.get_by_label(re.compile("Reason")).fill("The room is flooded")
    admin.get_by_role("button", name="Cancel these sessions").click()
    expect(admin.get_by_text("1 cancelled.")).to_be_visible()

    after = figures(admin)
    assert {name: after[name] - before[name] for name in before} == {
        "waiting": -1,
        "Upcoming": -1,
        "Approved": 1,
    }


def test_the_dashboard_shows_another_period_as_a_table(admin):
    admin.get_by_role("link", name="90 days").click()
    expect(admin.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "true")
    admin.get_by_label("From").fill("2026-01-01")
    admin.get_by_label("to", exact=True).fill("2026-01-02")
    admin.get_by_role("button", name="Show").click()
    admin.get_by_text("As a table").first.click()

    expect(admin.get_by_text("1 January 2026 to 2 January 2026")).to_be_visible()
    table = admin.get_by_role("table", name="Sessions by their date")
    expect(table.get_by_role("row")).to_have_count(3)


def test_the_keyboard_opens_and_closes_the_menu(admin):
    menu = admin.get_by_role("button", name="Menu")
    sidebar = admin.locator("#nav-sidebar")
    expect(sidebar).to_be_visible()

    menu.focus()
    menu.press("Enter")
    expect(sidebar).to_be_hidden()

    menu.press(" ")
    expect(sidebar).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_action_bar_does_not_cover_the_last_row(admin, size):
    admin.set_viewport_size(size)
    admin.goto("/admin/sessions_app/session/")
    admin.locator("[name=_selected_action]").first.check()
    admin.keyboard.press("End")

    row = admin.locator("#result_list tbody tr, #result_list tbody.block").last
    bar = admin.locator("#changelist-actions-wrapper")
    expect(bar).to_be_visible()
    admin.wait_for_function("scrollY + innerHeight >= document.documentElement.scrollHeight - 1")
    row_box, bar_box = row.bounding_box(), bar.bounding_box()
    assert row_box
    assert bar_box
    assert row_box["y"] + row_box["height"] <= bar_box["y"]


def test_a_phone_shows_the_title_of_the_page(admin):
    admin.set_viewport_size(PHONE)
    admin.goto("/admin/sessions_app/session/2/change/")

    expect(admin.locator("h1").get_by_text("Group sessions")).to_be_hidden()
    expect(admin.locator("h1").get_by_text("React Hooks Workshop")).to_be_visible()


def test_each_page_fits_a_phone_in_light_and_dark(admin, folder):
    for name, (path, words) in PAGES.items():
        admin.goto(path)
        check_layout(admin, name, words, folder)


def test_the_sign_in_fits_a_phone_in_light_and_dark(page, folder):
    page.goto("/admin/")

    check_layout(page, "sign-in", "Welcome back to", folder)


def check_layout(page: Page, name: str, words: str, folder: Path) -> None:
    """Take screenshots in both themes and widths, and check that the text is visible and that
    nothing is wider than the screen."""
    for theme, width, size in LOOKS:
        choose_theme(page, theme)
        page.set_viewport_size(size)
        expect(page.get_by_text(words).filter(visible=True).first).to_be_visible()
        excess = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert excess <= 0, f"{name}, {width}: {excess} pixels too wide"
        page.screenshot(path=folder / f"{name}-{theme}-{width}.png", full_page=True)
    page.set_viewport_size(WIDE)


def choose_theme(page: Page, theme: str) -> None:
    """Choose a theme by unfold's keyboard shortcut, which toggles it."""
    while page.evaluate("localStorage.adminTheme") != f'"{theme}"':
        page.keyboard.press("Control+e")
        page.wait_for_timeout(20)
    expect(page.locator("html")).to_have_class(re.compile(theme))
