"""Materials in the admin: to look at only."""

from __future__ import annotations

import pytest

from materials.models import Material

pytestmark = pytest.mark.django_db


def test_staff_look_and_change_nothing(client, person, upload, member, path):
    upload(member, path)
    client.force_login(person("rosa", is_staff=True, is_superuser=True))
    row = Material.objects.get()
    desk = "/admin/materials/material/"

    assert b"Notes" in client.get(desk).content
    assert client.get(f"{desk}{row.pk}/change/").status_code == 200
    for refused in ("add/", f"{row.pk}/delete/"):
        assert client.get(desk + refused).status_code == 403
    assert client.post(f"{desk}{row.pk}/change/", {"title": "x"}).status_code == 403


def test_staff_look_into_a_file_by_an_address_that_ends(client, person, upload, member, path):
    upload(member, path)
    row = Material.objects.get()
    address = f"/admin/materials/material/{row.pk}/file/"
    client.force_login(person("lou", is_staff=True))
    assert client.get(address).status_code == 404

    client.force_login(person("rosa", is_staff=True, is_superuser=True))
    assert address in client.get(f"/admin/materials/material/{row.pk}/change/").content.decode()
    signed = client.get(address)["Location"]

    client.logout()
    assert "expires=" in signed
    assert b"".join(client.get(signed).streaming_content)
    assert client.get(address).status_code == 302
