"""The client of Zoom leaks no secrets: no credentials, tokens, meeting addresses or passcodes."""

from __future__ import annotations

import json
import logging
import shutil
import ssl
import subprocess
import traceback

import pytest

from tests.support.server import free_port
from tests.support.zoom_behaviours import after, answers, breaks_off, cuts, hangs
from tests.support.zoom_requests import CLIENT_SECRET
from tests.zoom.client_calls import code_of, create, end, failure


@pytest.mark.parametrize("operation", ["token", "create"])
@pytest.mark.parametrize(
    "trouble",
    [
        answers(400, {"code": 300, "message": f"{CLIENT_SECRET} secret-token-1 secret-zak"}),
        answers(401, {"code": 124, "message": f"{CLIENT_SECRET} secret-token-1 secret-zak"}),
        answers(500, f"{CLIENT_SECRET} secret-token-1 secret-zak"),
        answers(302, "", {"Location": "https://zoom.example/?zak=secret-zak"}),
        after(cuts),
        after(breaks_off),
        after(hangs),
    ],
)
def test_no_secret_is_logged_or_raised(zoom, caplog, operation, trouble):
    caplog.set_level(logging.DEBUG)
    zoom.behave(operation, trouble)

    error = failure(lambda: create(seconds=0.3))

    output = caplog.text + "".join(traceback.format_exception(error)) + repr(vars(error))
    assert "Zoom" in output
    assert [word for word in ["secret-", CLIENT_SECRET, *passcodes(zoom)] if word in output] == []


def test_creating_and_ending_a_meeting_logs_no_secret(zoom, caplog):
    caplog.set_level(logging.DEBUG)

    meeting = create()
    end(meeting.id)

    assert "/meetings" in caplog.text
    assert "secret" not in caplog.text
    assert meeting.password not in caplog.text


def passcodes(zoom):
    return [json.loads(each.body)["password"] for each in zoom.asked("create")]


@pytest.mark.skipif(not shutil.which("openssl"), reason="the certificate needs openssl")
def test_nothing_is_sent_to_a_server_with_an_untrusted_certificate(zoom, settings, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *names]
    subprocess.run([*request, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    zoom.server.socket = context.wrap_socket(
        zoom.server.socket, server_side=True, do_handshake_on_connect=False
    )
    settings.ZOOM_OAUTH_URL = zoom.oauth_url.replace("http:", "https:")

    assert code_of(create) == ("zoom_unreachable", 503)
    assert zoom.requests == []


def test_the_proxies_of_the_machine_are_ignored(zoom, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")

    assert create().id
