"""Each kind of page works in a real browser under its policy, which nothing on it violates: what
does is among the complaints of `page`. The admin's pages are in test_staff.py."""

from __future__ import annotations

from mail.unsubscribing import unsubscribe_links
from operations.demo import PASSWORD


def test_swagger_shows_the_operations_and_sends_one(page):
    page.goto("/api/docs/")
    page.locator(".opblock", has_text="/healthz").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()


def test_redoc_shows_the_description_and_finds_words_in_it(page):
    page.goto("/api/redoc/")
    page.get_by_placeholder("Search...").fill("webhook")
    page.locator("[role=search] li").first.wait_for()


def test_the_page_that_turns_mails_off_has_its_look_and_its_button(page, server):
    alice = server.call("GET", "/api/auth/me/", server.sign_in("alice", PASSWORD)).json()["id"]
    page.goto(f"/api/auth/unsubscribe/{unsubscribe_links.sign(str(alice))}/")
    assert page.evaluate("getComputedStyle(document.body).fontFamily") == "sans-serif"

    with page.expect_navigation() as sent:
        page.get_by_role("button").click()

    assert sent.value.status == 200


def test_a_script_that_somebody_gets_into_a_page_does_not_run(page, complaints):
    """The control of all the others: a violation is a complaint."""
    page.goto("/api/redoc/")
    with page.expect_console_message(lambda said: "Content Security Policy" in said.text):
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
