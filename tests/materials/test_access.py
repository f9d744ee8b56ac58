"""Who sees, adds, changes and deletes materials, and who gets a file (contract M2, C10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import QuerySet

from sessions_app import services
from sessions_app.models import Session
from tests.materials.conftest import PDF
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db

NOTE = {"title": "Homework", "type": "note", "content": "Page 12"}


@pytest.fixture
def material(upload, member, path):
    """A file uploaded by Paula, a participant."""
    return upload(member, path).json()


@pytest.fixture
def staff(person):
    return person("rosa", is_staff=True)


@pytest.fixture
def outsiders(person, course, session, instructor, api, join, now):
    """People who may not see materials: a stranger, and a person who has left."""
    stranger, former = person("stan"), person("fay")
    join(course, former)
    services.leave(Session.objects.seen_by(former).get(pk=course.pk), by=former, now=now)
    return {"stranger": stranger, "former participant": former}


@pytest.fixture
def rejected(person, session, api, instructor):
    """(path of a material of a request session, a person whose booking request was rejected)."""
    row = session(booking_mode="request", subject="Maths", level="beginner")
    asker, path = person("ana"), f"/api/sessions/{row.pk}/"
    api(asker).post(f"{path}join/")
    api(instructor).post(f"{path}reject_request/", {"user_id": asker.pk})
    made = api(instructor).post(f"{path}materials/", NOTE).json()
    return f"{path}materials/{made['id']}/", asker


def text_of(answer):
    return b"".join(answer.streaming_content)


def test_outsiders_see_add_and_change_nothing(api, outsiders, path, material, course):
    one = f"{path}{material['id']}/"
    for somebody in outsiders.values():
        client = api(somebody)

        for answer in (client.get(path), client.get(one), client.get(f"{one}file/")):
            refused(answer, 403, "not_member_or_staff")
        refused(client.post(path, NOTE), 403, "not_member")
        refused(client.put(one, {"title": "Mine"}), 403, "not_uploader")
        refused(client.delete(one), 403, "not_uploader")
        assert client.get(f"/api/sessions/{course.pk}/").json()["materials"] == []


def test_a_rejected_person_sees_nothing(api, rejected):
    one, asker = rejected

    refused(api(asker).get(one), 403, "not_member_or_staff")
    refused(api(asker).get(one.rsplit("/", 2)[0] + "/"), 403, "not_member_or_staff")
    refused(api(asker).get(f"{one}file/"), 403, "not_member_or_staff")
    assert api(asker).get(one.split("materials/")[0]).json()["materials"] == []


def test_requests_without_a_token_are_refused(api, path, material):
    one = f"{path}{material['id']}/"

    for address in (path, one, f"{one}file/", f"{one}file/?expires=99999999999"):
        refused(api().get(address), 401, "not_authenticated")


def test_creator_participants_and_staff_see_materials(
    api, instructor, member, staff, path, material
):
    for somebody in (instructor, member, staff):
        client = api(somebody)

        assert [each["id"] for each in client.get(path).json()] == [material["id"]]
        detail = client.get(path.removesuffix("materials/")).json()
        assert [each["id"] for each in detail["materials"]] == [material["id"]]
        assert text_of(client.get(f"{path}{material['id']}/file/")) == PDF


def test_staff_only_read(api, staff, path, material):
    refused(api(staff).post(path, NOTE), 403, "not_member")
    refused(api(staff).put(f"{path}{material['id']}/", {"title": "Mine"}), 403, "not_uploader")
    refused(api(staff).delete(f"{path}{material['id']}/"), 403, "not_uploader")


def test_only_the_uploader_and_the_creator_can_change_a_material(
    api, instructor, member, person, join, course, path, material
):
    other = person()
    join(course, other)
    one = f"{path}{material['id']}/"

    refused(api(other).put(one, {"title": "Mine"}), 403, "not_uploader")
    assert api(member).put(one, {"title": "By Paula"}).json()["title"] == "By Paula"
    assert api(instructor).put(one, {"title": "By Ines"}).json()["title"] == "By Ines"
    assert api(instructor).delete(one).status_code == 204


def test_a_person_who_has_left_can_not_change_their_uploads(
    api, member, course, path, material, now
):
    services.leave(Session.objects.seen_by(member).get(pk=course.pk), by=member, now=now)

    refused(api(member).put(f"{path}{material['id']}/", {"title": "x"}), 403, "not_uploader")
    refused(api(member).get(f"{path}{material['id']}/file/"), 403, "not_member_or_staff")


def test_a_material_is_not_found_in_another_session(api, instructor, session, path, material):
    other = f"/api/sessions/{session().pk}/materials/{material['id']}/"
    signed = material["file"].replace(f"{path}{material['id']}/", other)
    client = api(instructor)

    assert signed != material["file"]
    for answer in (
        client.get(other),
        client.put(other, {"title": "x"}),
        client.delete(other),
        client.get(f"{other}file/"),
    ):
        refused(answer, 404, "not_found")
    refused(api().get(signed), 404, "address_ended")


def test_a_files_address_works_without_a_token_until_it_expires(
    api, material, settings, now, time_machine_at
):
    assert text_of(api().get(material["file"])) == PDF

    time_machine_at(now + settings.FILE_ADDRESS_LIFETIME + timedelta(seconds=5))

    refused(api().get(material["file"]), 404, "address_ended")


@pytest.mark.parametrize("sent", ["Bearer junk", "Bearer", "Basic YTpi"])
def test_a_token_sent_with_a_signed_address_is_ignored(api, material, sent):
    answer = api().get(material["file"], HTTP_AUTHORIZATION=sent)

    assert text_of(answer) == PDF


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("signature=", "signature=x"),
        lambda address: address.replace("expires=1", "expires=2"),
        lambda address: address.replace("expires=", "was="),
        lambda address: address.split("signature=")[0] + "signature=",
        lambda address: address.split("expires=")[0] + "expires=%D9%A3&signature=%E2%82%AC",
        lambda address: address.split("expires=")[0] + f"expires={'9' * 5000}&signature=x",
    ],
)
def test_a_tampered_address_is_refused(api, material, change):
    assert change(material["file"]) != material["file"]

    refused(api().get(change(material["file"])), 404, "address_ended")


def test_an_address_is_invalid_once_its_file_is_replaced(api, upload, member, path, material):
    changed = upload(member, f"{path}{material['id']}/", PDF + b"2", method="PUT").json()

    refused(api().get(material["file"]), 404, "address_ended")
    assert text_of(api().get(changed["file"])) == PDF + b"2"
    api(member).delete(f"{path}{material['id']}/")
    refused(api().get(changed["file"]), 404, "address_ended")


def test_fields_are_validated_before_the_status_of_the_session(api, instructor, path, course, now):
    row = Session.objects.seen_by(instructor).get(pk=course.pk)
    services.cancel(row, by=instructor, now=now)

    refused(api(instructor).post(path, {"type": "note"}), 400, "validation_error")
    refused(api(instructor).post(path, NOTE), 400, "cannot_add")


def test_the_permission_is_checked_before_the_body_is_read(api, outsiders, path, material):
    client, broken = api(outsiders["stranger"]), {"content_type": "multipart/form-data"}

    refused(client.generic("POST", path, b"-", **broken), 403, "not_member")
    refused(client.generic("POST", "/api/sessions/999/materials/", b"-", **broken), 404)
    refused(client.generic("PUT", f"{path}{material['id']}/", b"-", **broken), 403)


@pytest.mark.parametrize("status", ["ongoing", "completed", "cancelled", "expired"])
def test_sessions_in_later_statuses_show_their_materials(
    api, member, path, material, course, status
):
    QuerySet(Session).filter(pk=course.pk).update(status=status)

    assert len(api(member).get(path).json()) == 1
    detail = api(member).get(f"/api/sessions/{course.pk}/").json()
    assert len(detail["materials"]) == 1
