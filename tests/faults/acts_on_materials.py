"""The acts on the materials of a session."""

from __future__ import annotations

from materials.models import Material
from tests.faults.acts import Case, act, has, made, path, upload_to, uploaded
from tests.faults.site import call, joined, person, publish


@act()
def upload() -> Case:
    inside = person()
    row = joined(publish(), inside)
    return Case(lambda: upload_to(row), lambda: made(Material.objects.filter(session=row)))


@act()
def add_note() -> Case:
    row = joined(publish(), person())
    body = {"title": "N", "type": "note", "content": "x" * 9000}
    return Case(
        lambda: call("POST", path(row, "materials"), row.creator, body),
        lambda: made(Material.objects.filter(session=row)),
    )


@act()
def replace_file() -> Case:
    row = publish()
    material = uploaded(row)
    return Case(
        lambda: upload_to(row, material.pk),
        lambda: (
            Material.objects.get(pk=material.pk).stored_name != material.stored_name
            and has(Material.objects.filter(session=row))
        ),
    )


@act("not_found")
def delete_material() -> Case:
    row = publish()
    material = uploaded(row)
    return Case(
        lambda: call("DELETE", path(row, f"materials/{material.pk}"), row.creator),
        lambda: has(Material.objects.filter(session=row), 0),
    )
