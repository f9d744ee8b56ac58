"""A real browser: the Chromium that is installed, or the one that `CHROMIUM` names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, sync_playwright

from tests.server import Server

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# In milliseconds, for each step.
TIMEOUT = 10_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
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
    """A page of the module's `server`. Errors of scripts and policies (both are in the console),
    failed requests and foreign ones are complaints, and there must be none."""
    context = browser.new_context(base_url=server.base, color_scheme="light")
    context.set_default_timeout(TIMEOUT)
    listen(context, server.base, complaints)
    yield context.new_page()
    context.close()
    assert complaints == []


def listen(context: BrowserContext, base: str, complaints: list[str]) -> None:
    def judge(request: Request) -> None:
        if not request.url.startswith((base, "data:")):
            complaints.append(f"foreign: {urlsplit(request.url).netloc} {request.url}")

    def failed(request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # the page was left meanwhile
            complaints.append(f"failed: {request.url} {request.failure}")

    context.on("request", judge)
    context.on("requestfailed", failed)
    context.on("weberror", lambda error: complaints.append(f"script: {error.error}"))
    context.on(
        "console",
        lambda said: complaints.append(f"console: {said.text}") if said.type == "error" else None,
    )
