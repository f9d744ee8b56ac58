"""The load benchmark: its client, comparisons and reports work correctly."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec

import pytest

from accounts.representations import UserObject
from bench.cases import CASES, CaseRequests
from bench.checkouts import ROOT, Checkout, checked_out
from bench.client import drive
from bench.comparing import Effort, Measured, Result, benched, compare
from bench.data import counterpart, is_current, template
from bench.databases import Databases, drop, read_size, size_name
from bench.plot import draw, label_heights
from bench.report import table, table_against
from bench.sameness import difference, kinds
from bench.scale import Curve
from bench.servers import BASELINES
from friendships.representations import ChatMessageObject
from materials.representations import MaterialObject
from notifications.representations import NotificationObject
from sessions_app.representations import (
    BookingRequestObject,
    JoinedObject,
    ParticipantObject,
    SessionDetailObject,
    SessionListObject,
)
from tests.support.databases import new_name, on

ONCE = Effort(seconds=0.1, rounds=1, connections=2, processes=1)


@pytest.fixture(scope="module")
def databases():
    return Databases(on(os.environ["DATABASE_URL"], new_name()))


@pytest.fixture(scope="module")
def filled(databases):
    url = template(databases, 300)
    yield url
    drop(url)


@pytest.mark.postgres
def test_a_database_is_filled_and_two_checkouts_with_the_same_answers_are_measured(
    databases, filled
):
    assert is_current(filled)
    other = Checkout("another", ROOT, sys.executable)
    own = counterpart(filled, 300, other)

    (result,) = compare(databases, filled, ["product"], ["detail"], ONCE, [(other, own)])

    assert list(result.rounds) == ["product", "another"]
    assert result.difference == ""
    for (measured,) in result.rounds.values():
        assert measured.errors == 0
        assert measured.rate > 0
        assert 0 < measured.p50 <= measured.p99


@pytest.mark.postgres
def test_all_baselines_give_the_products_answers_in_every_case(databases, filled):
    """The baselines that can start: CI hasn't the libraries of two of them."""
    names = ["product", *(name for name in BASELINES if name not in SCHEMAS or find_spec(name))]
    with databases.copy(filled) as url, benched(url, names, processes=1) as bench:
        for case in CASES.values():
            if case.compared:
                bench.check(CaseRequests(case, bench.site), bench.servers)


# Baselines whose shapes are classes in a file, which can be read without their libraries.
SCHEMAS = {name: ROOT / f"bench/baselines/{name}/schemas.py" for name in ("ninja", "fastapi")}
SHAPES = {
    "UserOut": UserObject,
    "SessionOut": SessionListObject,
    "SessionDetailOut": SessionDetailObject,
    "ParticipantOut": ParticipantObject,
    "MaterialOut": MaterialObject,
    "BookingRequestOut": BookingRequestObject,
    "JoinedOut": JoinedObject,
    "NotificationOut": NotificationObject,
    "MessageOut": ChatMessageObject,
}


@pytest.mark.parametrize("baseline", SCHEMAS)
@pytest.mark.parametrize("name", SHAPES)
def test_the_schemas_of_a_baseline_have_the_products_keys(baseline, name):
    module = ast.parse(SCHEMAS[baseline].read_text())
    classes = {each.name: each for each in module.body if isinstance(each, ast.ClassDef)}

    assert keys(classes, name) == SHAPES[name].__annotations__.keys()


def keys(classes: dict[str, ast.ClassDef], name: str) -> set[str]:
    """Return the fields of a class and of its bases in the same file."""
    if name not in classes:
        return set()
    fields = {each.target.id for each in classes[name].body if isinstance(each, ast.AnnAssign)}
    return fields.union(*(keys(classes, base.id) for base in classes[name].bases))


@pytest.fixture
def repository(tmp_path):
    """A git repository whose code requires what this one does, with one commit and a tag."""
    (tmp_path / "requirements.txt").write_bytes((ROOT / "requirements.txt").read_bytes())
    commit(tmp_path, "first")
    return tmp_path


def commit(repository, tag):
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    for command in (
        ["init", "--quiet"],
        ["add", "--all"],
        [*author, "commit", "--quiet", "--message", tag],
        ["tag", tag],
    ):
        subprocess.run(["git", "-C", repository, *command], check=True)


def test_a_checkout_has_the_files_of_its_commit_and_is_removed_at_the_end(repository):
    (repository / "manage.py").write_text("later")
    commit(repository, "second")

    with checked_out("first", repository) as first, checked_out("second", repository) as second:
        assert not (first.root / "manage.py").exists()
        assert (second.root / "manage.py").read_text() == "later"
        assert len({first.name, second.name}) == 2

    assert not first.root.exists()


def test_a_checkout_with_other_requirements_has_an_environment_of_its_own(repository):
    required = repository / "requirements.txt"
    before = required.read_bytes()
    required.write_text("")
    commit(repository, "second")
    required.write_bytes(before)

    with checked_out("first", repository) as first, checked_out("second", repository) as second:
        assert first.python == sys.executable
        packages = subprocess.run(
            [second.python, "-c", "import django"], capture_output=True, text=True, check=False
        )
        assert "No module named 'django'" in packages.stderr


@pytest.mark.parametrize("reference", ["third", "--help", ""])
def test_a_reference_that_is_no_commit_is_refused_with_a_sentence(repository, reference):
    with (
        pytest.raises(SystemExit, match=f"There is no commit '{reference}'"),
        checked_out(reference, repository),
    ):
        pass


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


def test_two_checkouts_are_compared_by_processor_time_and_their_differences_reported():
    rounds = {"product": [measured(100, 300), measured(90, 500)], "abc": [measured(9, 400)] * 2}

    lines = table_against([Result("list20", rounds, "/: the answer has other keys")], "abc")

    assert (
        "| list20 | 400 | 400 | 1.00 × (0.75–1.25) | 100 | 100 | 1.00 × (1.00–1.00) "
        "| 1.00 × (0.80–1.20) |" in lines
    )
    assert "list20: the answers differ. /: the answer has other keys" in lines


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
