"""The proxy's configuration, run by a real nginx in front of real servers."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import uuid
from ipaddress import ip_address

import pytest
import requests

from tests.containers.conftest import MANY, NOWHERE, ORIGIN, PDF, SECONDS, refused
from tests.support import nginx, redis_proxy
from tests.support.nginx import Nginx, self_signed
from tests.support.server import ROOT, Server, free_port
from tests.support.sockets import answer_to_ping, open_socket
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(not nginx.BINARY, reason="no nginx is installed")

# ── REST ─────────────────────────────────────────────────────────────────────────────────────


def test_answers_of_rest_are_compressed_and_its_errors_are_not_changed(site):
    description = site.call("GET", "/api/schema/?format=json")
    unknown = site.call("GET", "/api/nowhere/")

    assert description.headers["Content-Encoding"] == "gzip"
    assert description.json()["openapi"].startswith("3.1")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_address")


def test_each_request_has_an_id_and_a_valid_one_from_the_client_is_used(site, proxy):
    made = site.call("GET", "/healthz").headers["X-Request-ID"]
    kept = site.call("GET", "/healthz", headers={"X-Request-ID": "from-me"}).headers["X-Request-ID"]
    odd = site.call("GET", "/healthz", headers={"X-Request-ID": 'a b"c'}).headers["X-Request-ID"]

    assert re.fullmatch("[0-9a-f]{32}", made)
    assert kept == "from-me"
    assert re.fullmatch("[0-9a-f]{32}", odd)
    lines = until(lambda: [json.loads(line) for line in proxy.log.splitlines() if odd in line])
    assert (lines[0]["path"], lines[0]["status"]) == ("/healthz", 200)


def test_a_forwarded_address_from_the_client_is_ignored(site, rest):
    # A new name, since counts of an earlier run may still exist.
    unique = uuid.uuid4()
    credentials = {"username": str(unique), "password": "wrong"}

    def sign_ins(server):
        return [
            server.call(
                "POST",
                "/api/auth/token/",
                json=credentials,
                headers={"X-Forwarded-For": str(ip_address(unique.bytes[:3] + bytes([n])))},
            ).status_code
            for n in range(4)
        ]

    assert sign_ins(rest) == [401] * 4, "without the proxy, the server must use the header"
    assert sign_ins(site)[-1] == 429


def test_metrics_are_not_available_from_outside(site):
    for path in ("/metrics", "/metrics/", "/%6detrics"):
        refused(site.call("GET", path), 404, "not_found")


@pytest.mark.parametrize(("upstream", "code"), [("rest", 0), ("nothing", 1)])
def test_the_health_check_of_the_image_detects_a_ready_server(rest, upstream, code):
    port = rest.port if upstream == "rest" else free_port()
    environment = {"PORT": str(port), "ALLOWED_HOSTS": "127.0.0.1"}

    ended = subprocess.run(
        [sys.executable, "containers/healthy.py", "web"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )

    assert ended.returncode == code, ended.stderr


# ── Files ────────────────────────────────────────────────────────────────────────────────────


def test_a_file_can_be_uploaded_and_nginx_serves_it(site, address, proxy):
    answer = requests.get(address, headers={"Origin": ORIGIN}, timeout=SECONDS)
    part = requests.get(address, headers={"Range": "bytes=0-7"}, timeout=SECONDS)

    assert address.startswith(f"http://127.0.0.1:{proxy.port}/")
    assert answer.content == PDF
    assert (part.status_code, part.content) == (206, PDF[:8])
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private"
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Server"] == "nginx"
    assert "X-Accel-Redirect" not in answer.headers


def test_a_private_file_can_not_be_requested_by_its_path(site, address, rest):
    media = rest.folder / "media"
    for file in media.rglob("*.pdf"):
        name = file.relative_to(media)
        refused(site.call("GET", f"/internal/{name}"), 404, "not_found")
    unsigned = requests.get(address.split("?")[0], timeout=SECONDS)
    assert (unsigned.status_code, unsigned.json()["code"]) == (401, "not_authenticated")


def test_a_missing_file_is_a_404_in_the_envelope(address, rest):
    for file in (rest.folder / "media").rglob("*.pdf"):
        file.unlink()

    refused(requests.get(address, timeout=SECONDS), 404, "not_found")


def test_signatures_are_not_logged(address, proxy):
    requests.get(address, timeout=SECONDS)
    path = address.removeprefix(f"http://127.0.0.1:{proxy.port}").split("?")[0]

    until(lambda: f'"method":"GET","path":"{path}"' in proxy.log)
    assert "signature" not in proxy.log
    assert "signature" not in (proxy.folder / "errors.log").read_text()


def test_a_body_that_is_too_large_is_refused_before_it_is_read(proxy):
    with socket.create_connection(("127.0.0.1", proxy.port), SECONDS) as client:
        client.sendall(
            b"POST /api/sessions/1/materials/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Length: %d\r\n\r\n" % MANY
        )
        answer = client.recv(4096).decode()

    assert answer.startswith("HTTP/1.1 413 ")
    assert "Content-Type: application/json" in answer
    assert json.loads(answer.split("\r\n\r\n")[1])["code"] == "body_too_large"


@pytest.mark.parametrize(
    "request_text",
    [
        "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "NONSENSE\r\n\r\n",
        f"GET /{'x' * 40_000} HTTP/1.1\r\nHost: a\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: a\r\nX-Long: {'x' * 40_000}\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_an_invalid_request_is_answered_with_the_envelope(proxy, request_text):
    with socket.create_connection(("127.0.0.1", proxy.port), SECONDS) as client:
        client.sendall(request_text.encode())
        answer = client.recv(4096).decode()

    assert json.loads(answer.split("\r\n\r\n")[-1])["error"]
    assert "<html" not in answer


# ── Live push ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not redis_proxy.answers(), reason="no Redis answers")
def test_sockets_are_forwarded_to_the_push_server(proxy, rest, site, materials):
    token, _ = materials
    environment = rest.environment | {
        "DATABASE_URL": f"sqlite:///{rest.folder / 'db.sqlite3'}",
        "PORT": str(rest.port),
        "PUSH_PORT": str(proxy.push),
    }
    command = [sys.executable, "manage.py", "push"]

    with (
        Server(rest.folder, environment, command, port=proxy.push),
        open_socket(site, "bearer", token) as client,
    ):
        assert answer_to_ping(client) == {"type": "pong"}
    assert until(
        lambda: re.search(rf'"path":"/ws/",.*"upstream":"127.0.0.1:{proxy.push}"', proxy.log)
    )


# ── When a server is down ────────────────────────────────────────────────────────────────────


def test_without_a_server_the_answer_is_a_502_with_retry_after(site, replicas):
    replicas(NOWHERE)

    until(lambda: site.call("GET", "/healthz").status_code == 502)
    answer = site.call("POST", "/api/auth/token/", json={})

    refused(answer, 502, "server_unavailable")
    assert answer.headers["Retry-After"] == "5"


def test_a_server_at_a_new_address_is_found_without_a_restart(site, replicas):
    replicas(NOWHERE)
    until(lambda: site.call("GET", "/healthz").status_code == 502)

    replicas("127.0.0.2")

    assert until(lambda: site.call("GET", "/healthz").ok)


def test_requests_to_a_missing_replica_are_sent_to_another_one(site, proxy, replicas, rest):
    replicas(NOWHERE, "127.0.0.1")
    both = f'"upstream":"{NOWHERE}:{rest.port}, 127.0.0.1:{rest.port}"'

    def was_retried():
        body = {"token": "none"}
        statuses.append(site.call("POST", "/api/auth/token/verify/", json=body).status_code)
        return both in proxy.log

    statuses = []
    until(was_retried)

    assert set(statuses) == {401}


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not shutil.which("openssl"), reason="a certificate needs openssl")
def test_with_a_certificate_plain_http_is_redirected_to_https(tmp_path, rest):
    self_signed(tmp_path / "certificates")
    with Nginx(tmp_path, "tls.conf", rest.port, free_port(), rest.folder / "media") as proxy:
        proxy.names.addresses = ["127.0.0.1"]
        plain, secure = f"http://127.0.0.1:{proxy.port}", f"https://127.0.0.1:{proxy.tls_port}"

        plain_answer = requests.post(f"{plain}/api/x/?y=1", timeout=SECONDS, allow_redirects=False)
        admin = requests.get(
            f"{secure}/admin/login/",
            timeout=SECONDS,
            verify=tmp_path / "certificates/fullchain.pem",
        )

    assert (plain_answer.status_code, plain_answer.headers["Location"]) == (
        308,
        "https://127.0.0.1/api/x/?y=1",
    )
    assert admin.status_code == 200
    assert "Secure" in admin.headers["Set-Cookie"]
