"""Each kind of page works in a real browser and doesn't violate its content security policy.

Violations are among the complaints of the fixture `page`. The admin's pages are in
test_staff.py."""

from __future__ import annotations

from mail.unsubscribing import unsubscribe_links
from operations.demo import PASSWORD


def test_swagger_shows_the_operations_and_sends_a_request(page):
    page.goto("/api/docs/")
    page.locator(".opblock", has_text="/healthz").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()


def test_redoc_shows_the_description_and_searches_it(page):
    page.goto("/api/redoc/")
    page.get_by_placeholder("Search...").fill("webhook")
    page.locator("[role=search] li").first.wait_for()


def test_the_unsubscribe_page_has_its_style_and_its_button_works(page, server):
    alice = server.call("GET", "/api/auth/me/", server.sign_in("alice", PASSWORD)).json()["id"]
    page.goto(f"/api/auth/unsubscribe/{unsubscribe_links.sign(str(alice))}/")
    assert page.evaluate("getComputedStyle(document.body).fontFamily") == "sans-serif"

    with page.expect_navigation() as sent:
        page.get_by_role("button").click()

    assert sent.value.status == 200


def test_an_injected_script_does_not_run(page, complaints):
    """The negative control of the tests above: a violation is a complaint."""
    page.goto("/api/redoc/")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.body.append(script);
            }"""
        )

    assert page.evaluate("window.ran") is None
    [complaint] = complaints
    assert "script-src" in complaint
    complaints.clear()
