"""Files, links and notes: requests, answers, and notifications (contract M1, N2)."""

from __future__ import annotations

import pytest

from materials.limits import CONTENT, NOTES_PER_SESSION, PER_SESSION
from materials.models import Material
from notifications.models import Notification
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db

LINK = {"title": "Docs", "type": "link", "url": "https://docs.python.org/3/"}
NOTE = {"title": "Homework", "type": "note", "content": "Page 12"}


@pytest.mark.parametrize("sent", [LINK, NOTE], ids=["link", "note"])
def test_a_link_or_a_note_is_sent_as_json_and_its_unused_fields_are_empty(
    api, instructor, path, sent
):
    answer = api(instructor).post(path, sent)

    made = answer.json()
    assert answer.status_code == 201
    assert made == {
        "id": made["id"],
        "url": "",
        "content": "",
        "file": "",
        "file_name": "",
        **sent,
        "uploaded_by": made["uploaded_by"],
        "uploaded_at": made["uploaded_at"],
    }
    assert made["uploaded_by"]["username"] == "ines"
    assert api(instructor).get(f"{path}{made['id']}/").json() == made


def test_a_file_is_sent_as_a_form(api, upload, member, path):
    answer = upload(member, path)

    made = answer.json()
    assert answer.status_code == 201
    assert (made["title"], made["type"], made["file_name"]) == ("Notes", "file", "notes.pdf")
    assert made["file"].startswith("http://testserver/api/sessions/")
    assert made["uploaded_by"]["username"] == "paula"


def test_a_link_may_be_sent_as_a_form_too(api, upload, member, path):
    answer = upload(member, path, type="link", url="https://example.org/")

    assert answer.status_code == 201
    assert (answer.json()["url"], answer.json()["file"]) == ("https://example.org/", "")


def test_materials_are_listed_oldest_first_and_shown_in_the_session(api, instructor, path, course):
    made = [api(instructor).post(path, each).json() for each in (LINK, NOTE)]

    assert api(instructor).get(path).json() == made
    assert api(instructor).get(f"/api/sessions/{course.pk}/").json()["materials"] == made
    mine = api(instructor).get("/api/sessions/my_sessions/").json()
    assert mine["created"][0]["materials"] == made


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "title"),
        ({"title": "x"}, "type"),
        ({"title": "x", "type": "video"}, "type"),
        ({"title": "x" * 201, "type": "note", "content": "c"}, "title"),
        ({"title": "", "type": "note", "content": "c"}, "title"),
        ({"title": "x", "type": "note"}, "content"),
        ({"title": "x", "type": "note", "content": " "}, "content"),
        ({"title": "x", "type": "note", "content": None}, "content"),
        ({"title": "x", "type": "note", "content": "c" * (CONTENT + 1)}, "content"),
        ({"title": "x", "type": "link", "content": "c"}, "url"),
        ({"title": "x", "type": "link", "url": "javascript:alert(1)"}, "url"),
        ({"title": "x", "type": "link", "url": "ftp://example.org/"}, "url"),
        ({"title": "x", "type": "link", "url": "data:text/html,x"}, "url"),
        ({"title": "x", "type": "link", "url": "https://"}, "url"),
        ({"title": "x", "type": "link", "url": "/admin/"}, "url"),
        ({"title": "x", "type": "file"}, "file"),
        ({"title": "x", "type": "file", "file": "https://example.org/a.pdf"}, "file"),
        ({"title": "x", "type": "file", "file": 7}, "file"),
    ],
)
def test_an_invalid_material_is_refused_with_the_field(api, instructor, path, sent, field):
    assert field in refused(api(instructor).post(path, sent), 400, "validation_error")["fields"]
    assert not Material.objects.exists()


def test_a_session_has_a_maximum_number_of_materials(api, instructor, path, course):
    Material.objects.bulk_create(
        Material(session=course, uploaded_by=instructor, type="note", title="n", content="c")
        for _ in range(PER_SESSION)
    )

    refused(api(instructor).post(path, NOTE), 400, "materials_full")


def test_the_notes_of_a_session_have_a_maximum_total_length(api, instructor, path):
    client, full = api(instructor), NOTE | {"content": "ü" * CONTENT}
    made = [client.post(path, full).json() for _ in range(NOTES_PER_SESSION // CONTENT)]
    last = f"{path}{made[-1]['id']}/"

    refused(client.post(path, NOTE), 400, "notes_full")
    assert client.post(path, LINK).status_code == 201
    assert client.put(last, {"content": "short"}).status_code == 200
    assert client.post(path, NOTE).status_code == 201
    refused(client.put(last, {"content": full["content"]}), 400, "notes_full")


@pytest.mark.parametrize("unused", [None, 7, [], {}, "x" * 30_000])
def test_keys_that_a_type_does_not_use_are_ignored_whatever_their_values(
    api, instructor, path, unused
):
    client, junk = api(instructor), {"url": unused, "file": unused}

    made = client.post(path, NOTE | junk)
    changed = client.put(f"{path}{made.json()['id']}/", junk)

    assert (made.status_code, changed.status_code) == (201, 200)
    assert changed.json() == made.json()


@pytest.mark.parametrize("method", ["put", "patch"])
def test_only_the_fields_that_are_sent_change(api, instructor, path, method):
    made = api(instructor).post(path, LINK).json()
    client = api(instructor)

    changed = getattr(client, method)(f"{path}{made['id']}/", {"title": "Other"})

    assert changed.status_code == 200
    assert changed.json() == made | {"title": "Other"}


@pytest.mark.parametrize("sent", [LINK, NOTE, "file"], ids=["link", "note", "file"])
def test_sending_a_whole_material_back_changes_nothing(api, upload, instructor, path, sent):
    client = api(instructor)
    made = (upload(instructor, path) if sent == "file" else client.post(path, sent)).json()
    before = Material.objects.values().get()

    answer = client.put(f"{path}{made['id']}/", made)

    assert answer.status_code == 200
    assert Material.objects.values().get() == before


@pytest.mark.parametrize(
    ("changes", "field"), [({"type": "note"}, "type"), ({"url": ""}, "url"), ({"url": "x"}, "url")]
)
def test_an_invalid_change_is_refused(api, instructor, path, changes, field):
    made = api(instructor).post(path, LINK).json()

    answer = api(instructor).put(f"{path}{made['id']}/", changes)

    assert field in refused(answer, 400, "validation_error")["fields"]
    assert api(instructor).get(path).json() == [made]


def test_a_deleted_material_is_gone(api, instructor, path):
    made = api(instructor).post(path, LINK).json()
    client = api(instructor)

    assert client.delete(f"{path}{made['id']}/").status_code == 204
    assert client.get(path).json() == []
    refused(client.delete(f"{path}{made['id']}/"), 404, "not_found")


def test_the_others_in_a_session_are_notified(api, instructor, member, path, person, course, join):
    other = person()
    join(course, other)
    Notification.objects.all().delete()

    api(member).post(path, NOTE)

    sent = Notification.objects.order_by("user")
    assert {each.user for each in sent} == {instructor, other}
    assert {(each.title, each.message, each.type) for each in sent} == {
        ("New material in Algebra", "Paula Pires has added Homework.", "session_update")
    }


def test_braces_in_a_title_are_not_interpreted(api, instructor, member, path):
    Notification.objects.all().delete()

    answer = api(instructor).post(path, NOTE | {"title": "{0.__class__}{x}"})

    assert answer.status_code == 201
    assert Notification.objects.get().message == "Ines Costa has added {0.__class__}{x}."
