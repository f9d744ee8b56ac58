"""Fixtures: a server behind the proxy, a session with materials, and an uploaded file."""

from __future__ import annotations

import re

import pytest

from tests.materials.site import open_session
from tests.support import redis_proxy
from tests.support.nginx import Nginx
from tests.support.server import Server, free_port
from tests.support.waiting import until

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
MANY = 27 * 1024 * 1024
ORIGIN = "https://app.example.org"
# An address to which a connection fails at once.
NOWHERE = "255.255.255.255"
SECONDS = 10


@pytest.fixture(scope="module")
def rest(tmp_path_factory):
    environment = {
        "DEBUG": "0",
        "SECRET_KEY": "for-this-test-only-and-long-enough-to-sign-with",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "DEMO_DATA": "0",
        "EMBEDDED_SCHEDULER": "0",
        "NUM_PROXIES": "1",
        "MEDIA_ACCEL_PREFIX": "/internal/",
        "CORS_ALLOWED_ORIGINS": ORIGIN,
        "THROTTLE_SIGN_IN_ADDRESS": "3/minute",
        "REDIS_URL": redis_proxy.URL if redis_proxy.answers() else "",
    }
    with Server(tmp_path_factory.mktemp("rest"), environment) as running:
        yield running


@pytest.fixture(scope="module")
def proxy(tmp_path_factory, rest):
    folder = tmp_path_factory.mktemp("nginx")
    with Nginx(folder, "plain.conf", rest.port, free_port(), rest.folder / "media") as running:
        running.names.addresses = ["127.0.0.1"]
        yield running


@pytest.fixture
def site(proxy, rest):
    """The server as clients see it: requests go through the proxy."""
    return Server(rest.folder, port=proxy.port)


@pytest.fixture(scope="module")
def materials(proxy, rest):
    """(an instructor's token, the path of her session's materials), created through the proxy."""
    return open_session(Server(rest.folder, port=proxy.port))


@pytest.fixture
def address(site, materials):
    """The address of a file that the instructor has just uploaded."""
    token, path = materials
    answer = site.call(
        "POST", path, token, data={"title": "L", "type": "file"}, files={"file": ("a.pdf", PDF)}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["file"]


def refused(answer, status, code):
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json().keys() == {"error", "code"}
    assert answer.json()["code"] == code
    assert answer.json()["error"].endswith(".")
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.fixture
def replicas(proxy, site):
    """`replicas(address, …)`: move the servers there; nginx finds them when it resolves again."""

    def move(*addresses):
        proxy.names.addresses = list(addresses)

    yield move
    move("127.0.0.1")
    until(lambda: site.call("GET", "/healthz").ok)
