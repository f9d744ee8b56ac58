"""A real browser: the Chromium that is installed, or the one that `CHROMIUM` names."""

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

from tests.server import Server

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# In milliseconds, for each step.
TIMEOUT = 10_000
# Redoc's maker's badge, the one thing on all pages that is kept out; and what browsers ask for by
# themselves where a page names no icon.
EXPECTED = ("https://cdn.redoc.ly/redoc/logo-mini.svg", "/favicon.ico")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A moderated site with the demo data. The clock is still, so that nothing moves by itself."""
    environment = {"SESSION_APPROVAL_POLICY": "staff", "EMBEDDED_SCHEDULER": "0"}
    with Server(tmp_path_factory.mktemp("browsed"), environment) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file: while it runs, this thread has an event loop, under which Django asks no
    database."""
    if not CHROMIUM:
        pytest.skip("needs Chromium: none is installed, and CHROMIUM names none")
    with sync_playwright() as playwright:
        try:
            running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        except Error as error:
            pytest.skip(f"Chromium doesn't start: {error.message.splitlines()[0]}")
        yield running
        running.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser has found wrong so far."""
    return []


@pytest.fixture
def page(browser: Browser, server: Server, complaints: list[str]) -> Iterator[Page]:
    """A page of the `server`. Errors of scripts and what violates a policy (both are in the
    console), failed requests and foreign ones are complaints, and there must be none."""
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

    def judge(request: Request) -> None:
        if not request.url.startswith((base, "data:", f"blob:{base}")):
            complain(f"foreign: {request.url}")

    def failed(request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # the page was left meanwhile
            complain(f"failed: {request.url} {request.failure}")

    def heard(said: ConsoleMessage) -> None:
        if said.type == "error":
            complain(f"console: {said.text} {said.location['url']}")

    context.on("request", judge)
    context.on("requestfailed", failed)
    context.on("weberror", lambda error: complain(f"script: {error.error}"))
    context.on("console", heard)
