"""Fixtures with a real browser: the installed Chromium, or the one of `CHROMIUM`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    sync_playwright,
)

from tests.support.server import Server

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# In milliseconds, for each step.
TIMEOUT = 10_000
# The logo of Redoc's maker, which the policy blocks, and the icon that browsers request for pages
# without one.
EXPECTED = ("https://cdn.redoc.ly/redoc/logo-mini.svg", "/favicon.ico")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A moderated site with the demo data, and without a scheduler, so that rows don't change."""
    environment = {"SESSION_APPROVAL_POLICY": "staff", "EMBEDDED_SCHEDULER": "0"}
    with Server(tmp_path_factory.mktemp("browsed"), environment) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one file: while it runs, this thread has an event loop, and Django refuses
    database queries in such a thread."""
    if not CHROMIUM:
        pytest.skip("needs Chromium: none is installed, and CHROMIUM is not set")
    with sync_playwright() as playwright:
        try:
            running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        except Error as error:
            pytest.skip(f"Chromium doesn't start: {error.message.splitlines()[0]}")
        yield running
        running.close()


@pytest.fixture
def complaints() -> list[str]:
    """The browser's complaints so far."""
    return []


@pytest.fixture
def page(browser: Browser, server: Server, complaints: list[str]) -> Iterator[Page]:
    """A page of the `server`. Script errors and violations of a policy (both are in the console),
    failed requests and requests to other sites are complaints, and there must be none."""
    context = browser.new_context(base_url=server.base, color_scheme="light")
    context.set_default_timeout(TIMEOUT)
    listen(context, server.base, complaints)
    yield context.new_page()
    context.close()
    assert complaints == []


def listen(context: BrowserContext, base: str, complaints: list[str]) -> None:
    def complain(text: str) -> None:
        if not any(each in text for each in EXPECTED):
            complaints.append(text)

    def check(request: Request) -> None:
        if not request.url.startswith((base, "data:", f"blob:{base}")):
            complain(f"other site: {request.url}")

    def failed(request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # the browser has left the page
            complain(f"failed: {request.url} {request.failure}")

    def logged(message: ConsoleMessage) -> None:
        if message.type == "error":
            complain(f"console: {message.text} {message.location['url']}")

    context.on("request", check)
    context.on("requestfailed", failed)
    context.on("weberror", lambda error: complain(f"script: {error.error}"))
    context.on("console", logged)
