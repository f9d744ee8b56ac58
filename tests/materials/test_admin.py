"""Materials in the admin are read-only."""

from __future__ import annotations

import pytest

from materials.models import Material

pytestmark = pytest.mark.django_db

LIST = "/admin/materials/material/"


def test_staff_can_view_but_not_change(desk, upload, member, path):
    upload(member, path)
    row = Material.objects.get()

    assert b"Notes" in desk.get(LIST).content
    assert desk.get(f"{LIST}{row.pk}/change/").status_code == 200
    for refused in ("add/", f"{row.pk}/delete/"):
        assert desk.get(LIST + refused).status_code == 403
    assert desk.post(f"{LIST}{row.pk}/change/", {"title": "x"}).status_code == 403


def test_staff_open_a_file_at_an_address_that_expires(desk, client, person, upload, member, path):
    upload(member, path)
    row = Material.objects.get()
    address = f"{LIST}{row.pk}/file/"
    client.force_login(person("lou", is_staff=True))
    assert client.get(address).status_code == 404

    assert address in desk.get(f"{LIST}{row.pk}/change/").content.decode()
    signed = desk.get(address)["Location"]

    client.logout()
    assert "expires=" in signed
    assert b"".join(client.get(signed).streaming_content)
    assert client.get(address).status_code == 302
