"""Each example of "Session Materials", and what the document's client does with the answers."""

from __future__ import annotations

import pytest
import requests

from tests.document.conftest import answered, refused
from tests.document.p2p.client import Browser
from tests.document.p2p.shapes import MATERIAL

PDF = b"%PDF-1.7\n%%EOF\n"
FILE = {"title": "Python Basics PDF", "type": "file"}
LINK = {
    "title": "Python Documentation",
    "type": "link",
    "url": "https://docs.python.org/3/",
}


@pytest.fixture
def uploaded(john, scheduled):
    """A session, and a file that John uploaded to it."""
    answer = john.upload(scheduled, ("python_basics.pdf", PDF), **FILE)
    return scheduled, answered(answer, 201, MATERIAL)


def test_an_uploaded_file_can_be_opened_without_a_token(uploaded):
    _, material = uploaded

    assert {key: material[key] for key in FILE} == FILE
    assert (material["url"], material["file_name"]) == ("", "python_basics.pdf")
    opened = requests.get(material["file"], timeout=10)
    assert (opened.status_code, opened.content) == (200, PDF)
    assert opened.headers["Content-Disposition"] == 'attachment; filename="python_basics.pdf"'


def test_a_link_is_added_as_json_and_both_are_listed(john, bob, uploaded):
    session, material = uploaded

    link = answered(john.call("POST", f"/sessions/{session}/materials/", LINK), 201, MATERIAL)

    assert {key: link[key] for key in LINK} == LINK
    assert (link["file"], link["file_name"]) == ("", "")
    assert [each["id"] for each in bob.materials(session)] == [material["id"], link["id"]]
    assert len(bob.detail(session)["materials"]) == 2


def test_sending_back_a_whole_material_changes_only_what_was_edited(john, uploaded):
    session, material = uploaded
    path = f"/sessions/{session}/materials/{material['id']}/"

    changed = answered(john.call("PUT", path, material | {"title": "Edited"}), 200, MATERIAL)

    assert changed["title"] == "Edited"
    assert changed["file_name"] == "python_basics.pdf"
    assert requests.get(changed["file"], timeout=10).content == PDF


def test_a_deleted_material_and_its_file_are_gone(john, uploaded):
    session, material = uploaded

    deleted = john.call("DELETE", f"/sessions/{session}/materials/{material['id']}/")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert john.materials(session) == []
    refused(requests.get(material["file"], timeout=10), 404)


def test_askers_see_no_materials_and_participants_are_notified_of_new_ones(bob, jane, uploaded):
    session, _ = uploaded

    refused(jane.call("GET", f"/sessions/{session}/materials/"), 403)
    assert jane.detail(session)["materials"] == []
    assert bob.notifications(session)[0]["title"] == ("New material in Advanced Python Programming")


def test_without_a_token_every_request_is_a_401(server, uploaded):
    session, _ = uploaded
    nobody = Browser(server, 0, "", "")
    for method, path in (("GET", ""), ("POST", ""), ("PUT", "1/"), ("DELETE", "1/")):
        refused(nobody.send(method, f"/sessions/{session}/materials/{path}"), 401)
