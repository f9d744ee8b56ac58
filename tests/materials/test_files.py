"""Files are stored and removed together with their rows; and how a file is served (contract M3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import APIError
from materials.jobs import remove_orphaned_files
from materials.models import Material, OrphanedFile
from sessions_app import services
from sessions_app.models import Session
from tests.materials.conftest import PDF, stored_files
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def after_commit(django_capture_on_commit_callbacks):
    """`with after_commit():` runs the callbacks for the commit at the end of the block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_the_stored_name_is_random_and_in_the_materials_folder(upload, member, path, media):
    upload(member, path, name="../../etc/passwd.pdf")

    [file] = stored_files(media)
    assert file.parent == media / "materials"
    assert len(file.stem) == 32
    assert file.read_bytes() == PDF
    assert Material.objects.get().file_name == "passwd.pdf"
    assert not OrphanedFile.objects.exists()


def test_a_file_is_served_as_an_attachment(api, upload, member, path):
    made = upload(member, path, name="Übung № 1.pdf").json()

    answer = api().get(made["file"])

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].endswith("*=utf-8''%C3%9Cbung%20%E2%84%96%201.pdf")
    assert answer["X-Content-Type-Options"] == "nosniff"
    policy = answer["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'"} < set(policy)
    assert any(each.strip() == "sandbox" for each in policy)
    assert answer["Cache-Control"] == "private"
    assert answer["Content-Length"] == str(len(PDF))


def test_a_proxy_can_serve_the_file(api, upload, member, path, settings):
    made = upload(member, path).json()
    settings.MEDIA_ACCEL_PREFIX = "/internal/"

    answer = api().get(made["file"])

    assert answer["X-Accel-Redirect"] == f"/internal/{Material.objects.get().stored_name}"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="notes.pdf"'
    assert answer.content == b""


def test_a_file_missing_on_the_disk_is_a_404(api, upload, member, path, media):
    made = upload(member, path).json()
    stored_files(media)[0].unlink()

    refused(api().get(made["file"]), 404, "not_found")


def test_a_replaced_file_is_removed_on_commit(api, upload, member, path, media, after_commit):
    made = upload(member, path).json()

    with after_commit():
        changed = upload(member, f"{path}{made['id']}/", b"text", "b.txt", method="PUT").json()
        assert len(stored_files(media)) == 2

    assert (changed["id"], changed["file_name"]) == (made["id"], "b.txt")
    assert [file.read_bytes() for file in stored_files(media)] == [b"text"]
    assert not OrphanedFile.objects.exists()


def test_the_file_of_a_deleted_material_is_removed_on_commit(
    api, upload, member, path, media, after_commit
):
    made = upload(member, path).json()

    with after_commit():
        assert api(member).delete(f"{path}{made['id']}/").status_code == 204
        assert len(stored_files(media)) == 1

    assert stored_files(media) == []
    assert not OrphanedFile.objects.exists()


def test_the_scheduler_removes_the_file_if_the_process_dies_after_the_commit(
    api, upload, member, path, media, now
):
    made = upload(member, path).json()
    api(member).delete(f"{path}{made['id']}/")  # the callbacks for the commit don't run

    assert remove_orphaned_files(now + timedelta(seconds=5)) == 0  # the process may be removing it
    assert remove_orphaned_files(now + timedelta(minutes=2)) == 1

    assert stored_files(media) == []
    assert not OrphanedFile.objects.exists()


def test_the_scheduler_removes_the_files_of_a_deleted_session(
    api, upload, member, instructor, path, media, now, course
):
    for _ in range(2):
        upload(member, path)

    assert api(instructor).delete(f"/api/sessions/{course.pk}/").status_code == 204

    assert remove_orphaned_files(now + timedelta(seconds=5)) == 2
    assert stored_files(media) == []


def test_a_failed_removal_is_retried(api, upload, member, path, media, now, after_commit):
    made = upload(member, path).json()
    [file] = stored_files(media)
    content = file.read_bytes()
    file.unlink()
    file.mkdir()  # a folder can't be removed as a file
    (file / "inside").write_bytes(content)
    with after_commit():
        api(member).delete(f"{path}{made['id']}/")

    later = now + timedelta(minutes=2)
    assert remove_orphaned_files(later) == 0
    (file / "inside").unlink()
    assert remove_orphaned_files(later) == 0  # not before its pause is over
    assert remove_orphaned_files(later + timedelta(minutes=2)) == 1
    assert not file.exists()


def test_no_material_is_created_if_the_store_can_not_write(upload, member, path, media):
    media.parent.mkdir(exist_ok=True)
    media.write_text("in the way of the folder")

    refused(upload(member, path), 503, "store_unavailable")

    assert not Material.objects.exists()


def test_no_material_and_no_file_is_left_if_the_session_is_cancelled_during_the_upload(
    member, instructor, course, media, now
):
    stale = Session.objects.seen_by(member).get(pk=course.pk)
    services.cancel(Session.objects.seen_by(instructor).get(pk=course.pk), by=instructor, now=now)

    named = {"file": SimpleUploadedFile("a.pdf", PDF), "type": "file", "title": "t"}

    with pytest.raises(APIError, match="takes no more materials"):
        services.add_material(
            stale,
            by=member,
            now=now,
            **named,
        )

    assert stored_files(media) == []
    assert not Material.objects.exists()
    # The scheduler removes the file once more, since the upload may arrive late.
    assert remove_orphaned_files(now + timedelta(minutes=59)) == 0
    assert remove_orphaned_files(now + timedelta(minutes=61)) == 1


def test_a_file_left_behind_by_a_killed_process_is_removed(media, now):
    (media / "materials").mkdir(parents=True)
    (media / "materials" / "a.pdf").write_bytes(PDF)
    OrphanedFile.objects.create(store="local", name="materials/a.pdf", next_try_at=now)

    assert remove_orphaned_files(now) == 1

    assert stored_files(media) == []
