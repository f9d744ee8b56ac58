"""Each kind of page works in a real browser under its policy, which nothing on it violates."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import sync_playwright

from accounts.tokens import unsubscribe_links
from operations.demo import PASSWORD, STAFF
from tests.server import Server

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# Its maker's badge: the one thing on all pages that is kept out.
BADGE = "https://cdn.redoc.ly/redoc/logo-mini.svg"
VIOLATIONS = """
addEventListener("securitypolicyviolation", event => {
    (window.violations ??= []).push(`${event.effectiveDirective} ${event.blockedURI}`);
});
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("policies"), {"EMBEDDED_CLOCK": "0"}) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser, server):
    context = browser.new_context(base_url=server.base)
    context.add_init_script(VIOLATIONS)
    yield context.new_page()
    context.close()


def violations(page):
    found = page.evaluate("window.violations ?? []")
    return [each for each in found if not each.endswith(BADGE)]


def test_swagger_shows_the_operations_and_sends_one(page):
    page.goto("/api/docs/")
    page.locator(".opblock", has_text="/healthz").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()

    assert violations(page) == []


def test_redoc_shows_the_description_and_finds_words_in_it(page):
    page.goto("/api/redoc/")
    page.get_by_placeholder("Search...").fill("webhook")
    page.locator("[role=search] li").first.wait_for()

    assert violations(page) == []


def test_the_admin_signs_in_folds_and_filters(page):
    page.goto("/admin/")
    page.fill("[name=username]", STAFF)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    for path in ("sessions_app/session/", "sessions_app/session/1/change/", "accounts/user/"):
        page.goto(f"/admin/{path}")
        # What Alpine.js hides until it runs.
        page.locator("html:not([x-cloak])").wait_for(state="attached")
        assert page.evaluate("typeof Alpine") == "object"

        assert violations(page) == []


def test_the_page_that_turns_mails_off_has_its_look_and_its_button(page, server):
    alice = server.call("GET", "/api/auth/me/", server.sign_in("alice", PASSWORD)).json()["id"]
    page.goto(f"/api/auth/unsubscribe/{unsubscribe_links.sign(str(alice))}/")
    assert page.evaluate("getComputedStyle(document.body).fontFamily") == "sans-serif"

    with page.expect_navigation() as sent:
        page.get_by_role("button").click()

    assert sent.value.status == 200
    assert violations(page) == []


def test_a_script_that_somebody_gets_into_a_page_does_not_run(page):
    """The control of all the others: a violation is seen."""
    page.goto("/api/redoc/")
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
        }"""
    )
    page.wait_for_function("window.violations?.some(each => each.startsWith('script-src'))")

    assert page.evaluate("window.ran") is None
