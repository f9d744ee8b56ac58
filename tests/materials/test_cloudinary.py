"""Files at Cloudinary: the real SDK against a fake server on loopback, which checks requests and
can misbehave (contract M3)."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
from cloudinary_storage.storage import MediaCloudinaryStorage
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from core.errors import APIError
from materials.jobs import remove_orphaned_files
from materials.models import Material, OrphanedFile
from tests.materials.conftest import PDF, stored_files
from tests.support.envelope import refused
from tests.support.fake_cloudinary import ANSWERS, SECRET, fake_cloudinary

pytestmark = pytest.mark.django_db

SECONDS = 0.6
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20
FAILURES = {
    "hangs": (504, "store_timeout"),
    "drips": (504, "store_timeout"),
    "drips headers": (504, "store_timeout"),
    "arrives late": (504, "store_timeout"),
    "disconnects": (502, "store_failed"),
    "420": (503, "store_unavailable"),
} | {name: (502, "store_failed") for name in ANSWERS if name != "420"}


@pytest.fixture
def cloud(settings):
    """The fake Cloudinary, as the store of new files, with a short time limit for calls."""
    with fake_cloudinary() as server:
        options = {"account": server.account, "seconds": SECONDS}
        backend = "materials.storages.cloud.CloudinaryStore"
        stores = {"cloudinary": {"BACKEND": backend, "OPTIONS": options}}
        settings.STORAGES = settings.STORAGES | stores
        settings.MATERIAL_STORE = "cloudinary"
        yield server


def patient(cloud):
    """Return a store with the same account and the normal time limit."""
    return type(storages["cloudinary"])(cloud.account)


@pytest.mark.parametrize(
    ("content", "name", "kind"), [(PDF, "a.pdf", "raw"), (PNG, "a.png", "image")]
)
def test_a_file_is_stored_and_can_be_downloaded_until_its_address_expires(
    upload, member, path, cloud, media, content, name, kind, settings, time_machine_at, now
):
    made = upload(member, path, content, name).json()

    [(resource_type, delivery, public_id)] = cloud.files
    assert (resource_type, delivery) == (kind, "authenticated")
    assert public_id.endswith(".pdf") == (kind == "raw")
    assert stored_files(media) == []
    assert made["file"].startswith(f"{cloud.base}/v1_1/demo/{kind}/download?")
    assert SECRET not in made["file"]
    assert requests.get(made["file"], timeout=5).content == content
    assert not OrphanedFile.objects.exists()

    time_machine_at(now + settings.FILE_ADDRESS_LIFETIME + timedelta(seconds=5))

    assert requests.get(made["file"], timeout=5).status_code == 401


def test_the_path_of_a_file_redirects_to_cloudinary(api, upload, member, path, cloud, person):
    made = upload(member, path).json()
    own = f"{path}{made['id']}/file/"

    answer = api(member).get(own)

    assert answer.status_code == 302
    assert requests.get(answer["Location"], timeout=5).content == PDF
    refused(api(person()).get(own), 403, "not_member_or_staff")


def test_a_large_file_is_uploaded_in_parts(cloud):
    content = bytes(range(256)) * 46_000  # about 12 MB

    patient(cloud).save("materials/large.zip", ContentFile(content))

    assert cloud.files == {("raw", "authenticated", "materials/large.zip"): content}
    assert cloud.largest_part == 5 * 1024 * 1024


@pytest.mark.parametrize("behaviour", FAILURES)
def test_every_failure_is_answered_in_time_and_leaves_no_file(
    upload, member, path, cloud, behaviour, media, caplog, now
):
    cloud.behaviour = behaviour
    status, code = FAILURES[behaviour]
    began = time.monotonic()

    answer = upload(member, path)

    assert time.monotonic() - began < 2 * SECONDS + 1  # the upload, and its removal
    refused(answer, status, code)
    assert ("Retry-After" in answer) == (status == 503)
    assert not Material.objects.exists()
    assert stored_files(media) == []
    assert SECRET not in caplog.text
    cloud.behaviour = ""
    assert remove_orphaned_files(now + timedelta(hours=2)) == 1
    assert cloud.files == {}


def test_a_refused_connection_is_a_503(upload, member, path, cloud):
    cloud.shutdown()
    cloud.socket.close()

    refused(upload(member, path), 503, "store_unavailable")
    assert not Material.objects.exists()


def outcome(store, number):
    try:
        store.save(f"materials/{number}.pdf", ContentFile(PDF))
    except APIError as error:
        return error.code
    return "stored"


def test_only_four_uploads_run_at_once_and_a_further_one_gets_a_503(cloud):
    cloud.behaviour = "drips"
    store, hasty = storages["cloudinary"], type(storages["cloudinary"])(cloud.account, 0.1)

    with ThreadPoolExecutor(4) as threads:
        first = [threads.submit(outcome, store, number) for number in range(4)]
        while cloud.requests < 4:
            time.sleep(0.01)  # check again soon
        assert outcome(hasty, 5) == "store_unavailable"
        assert {each.result() for each in first} == {"store_timeout"}

    assert cloud.requests == 4
    cloud.behaviour = ""
    assert outcome(patient(cloud), 6) == "stored"


def test_a_deleted_file_is_removed_and_a_failed_removal_is_retried(
    api, upload, member, path, cloud, now, django_capture_on_commit_callbacks
):
    made = [upload(member, path).json() for _ in range(2)]
    addresses = [f"{path}{each['id']}/" for each in made]

    with django_capture_on_commit_callbacks(execute=True):
        api(member).delete(addresses[0])
    assert len(cloud.files) == 1
    cloud.behaviour = "500 with {}"
    with django_capture_on_commit_callbacks(execute=True):
        assert api(member).delete(addresses[1]).status_code == 204
    assert len(cloud.files) == 1

    cloud.behaviour = ""
    assert remove_orphaned_files(now + timedelta(minutes=2)) == 1
    assert cloud.files == {}


def test_materials_of_a_store_that_is_no_longer_configured_are_still_listed(
    api, upload, member, path, cloud, settings, now, caplog
):
    made = upload(member, path).json()
    settings.STORAGES = {name: s for name, s in settings.STORAGES.items() if name != "cloudinary"}
    settings.MATERIAL_STORE = "local"

    [shown] = api(member).get(path).json()

    assert shown["id"] == made["id"]
    refused(api().get(shown["file"]), 503, "store_unavailable")
    OrphanedFile.objects.create(store="cloudinary", name="materials/x.pdf", next_try_at=now)
    assert remove_orphaned_files(now) == 0
    [logged] = [record for record in caplog.records if record.name == "core.db.retries"]
    assert "unavailable" in logged.getMessage()
    assert logged.exc_info is None


USED = {"_save", "delete", "url", "get_available_name"}
# They only compute a text, or what a migration would contain, without a request.
HARMLESS = {"_get_resource_type", "_get_prefix", "_normalize_path", "_normalise_name"}
HARMLESS |= {"_prepend_prefix", "deconstruct"}
# The other methods of the package, and those of Django's storages that the package doesn't have.
METHODS = {name for name, value in vars(MediaCloudinaryStorage).items() if callable(value)}
UNUSED = {name for name in METHODS if not name.startswith("__")}
UNUSED |= {"open", "path", "get_accessed_time", "get_created_time", "get_modified_time"}


@pytest.mark.parametrize("name", sorted(UNUSED - USED - HARMLESS))
def test_methods_of_the_package_that_are_not_used_raise_without_a_request(cloud, name):
    store = storages["cloudinary"]

    with pytest.raises(NotImplementedError):
        getattr(store, name)("a.pdf")
    assert cloud.requests == 0
