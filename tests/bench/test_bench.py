"""The load benchmark: its client, comparisons and reports work correctly."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.client import drive
from bench.comparing import Effort, Measured, Result, compare
from bench.data import is_current, template
from bench.databases import Databases, drop, read_size, size_name
from bench.plot import draw, label_heights
from bench.report import table
from bench.sameness import difference, kinds
from bench.scale import Curve
from tests.databases import new_name, on


@pytest.mark.postgres
def test_a_database_is_filled_and_a_case_is_measured_on_servers_with_the_same_answers():
    databases = Databases(on(os.environ["DATABASE_URL"], new_name()))
    filled = template(databases, 300)
    try:
        assert is_current(filled)
        effort = Effort(seconds=0.1, rounds=1, connections=2, processes=1)
        (result,) = compare(databases, filled, ["product", "floor"], ["detail"], effort)
    finally:
        drop(filled)

    assert list(result.rounds) == ["product", "floor"]
    for (measured,) in result.rounds.values():
        assert measured.errors == 0
        assert measured.rate > 0
        assert 0 < measured.p50 <= measured.p99


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/broken":
            self.close_connection = True
            return
        self.send_response(200 if self.path == "/good" else 500)
        self.send_header("Content-Length", "300000")
        self.end_headers()
        self.wfile.write(b"x" * 300_000)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def port():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_address[1]
        server.shutdown()


def request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def test_the_client_sends_each_request_once_and_counts_answers_by_their_status(port):
    requests = [request("/good"), request("/bad"), request("/broken")] * 4

    load = drive(port, requests, seconds=60, connections=3, repeat=False)

    assert load.statuses == {200: 4, 500: 4, 0: 4}
    assert (load.good, load.errors, load.ran_out) == (4, 8, True)
    assert len(load.latencies) == 8


def test_the_client_repeats_until_the_time_is_over(port):
    load = drive(port, [request("/good")], seconds=0.05, connections=2, repeat=True)

    assert load.good > 2
    assert load.errors == 0
    assert load.ran_out is False
    assert 0.05 <= load.seconds < 10


@pytest.mark.parametrize(
    ("other", "where"),
    [
        ({"a": [{"b": 1}], "next": "/x?p=1&q=2"}, ""),
        ({"a": [{"b": 1}], "next": "/x?q=2&p=1"}, ""),
        ({"a": [{"b": 1}], "next": "/x?q=2&p=2"}, "the answer.next"),
        ({"a": [{"b": 2}], "next": "/x?p=1&q=2"}, "the answer.a[0].b"),
        ({"a": [{"b": 1}, {"b": 1}], "next": "/x?p=1&q=2"}, "the answer.a"),
        ({"a": [{"c": 1}], "next": "/x?p=1&q=2"}, "the answer.a[0] has other keys: ['b', 'c']"),
    ],
)
def test_differences_between_answers_are_found(other, where):
    found = difference({"a": [{"b": 1}], "next": "/x?p=1&q=2"}, other)

    assert found.startswith(where)
    assert bool(found) == bool(where)


def test_answers_to_writes_are_compared_by_keys_and_types():
    assert kinds({"id": 1, "user": {"id": 2}}, {"id": 3, "user": {"id": 4}}) == ""
    assert kinds({"id": 1, "user": {"id": 2}}, {"id": 3, "user": {"id": "4"}}) != ""
    assert kinds({"id": 1}, {"id": 3, "user": 4}) != ""


def measured(rate: float, server_ms: float, errors: int = 0) -> Measured:
    return Measured(rate, 1.0, 2.0, server_ms, 100.0, errors, ran_out=False)


def test_ratios_are_computed_round_by_round_and_errors_are_reported():
    rounds = {
        "product": [measured(100, 400), measured(300, 400), measured(150, 400)],
        "floor": [measured(200, 150), measured(300, 150), measured(200, 150, errors=7)],
    }

    lines = table([Result("list20", rounds)])

    assert "0.75 × (0.50–1.00) | 0.50 × (0.50–0.50) |" in lines
    assert "list20, floor: 7 answers were errors" in lines
    assert "list20, product: " not in lines


@pytest.mark.parametrize(
    ("text", "sessions", "name"),
    [("1k", 1000, "1k"), ("200K", 200_000, "200k"), ("1m", 10**6, "1m"), ("1500", 1500, "1500")],
)
def test_a_size_is_parsed_and_formatted(text, sessions, name):
    assert read_size(text) == sessions
    assert size_name(sessions) == name


@pytest.mark.parametrize("text", ["", "0", "k", "-1k", "1.5k", "1g", "9" * 12])
def test_an_invalid_size_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="A size is a number of sessions"):
        read_size(text)


def test_a_plot_names_each_curve_once_and_its_labels_do_not_overlap():
    curves = [Curve("first <page>", {1000: 1.0, 10**6: 1.1}), Curve("last", {1000: 1, 10**6: 1.1})]

    picture = draw(curves, "Time & size")

    assert picture.count("first &lt;page&gt;") == 1
    assert "<title>Time &amp; size</title>" in picture
    assert label_heights([100, 101, 50], lowest=200) == [100, 116, 50]
    assert label_heights([100, 101, 50], lowest=110) == [94, 110, 50]
