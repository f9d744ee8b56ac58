"""The users of `proof.attacks`, and their data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from friendships import services as friendships
from proof.attack_list import Request, Target
from sessions_app import services
from sessions_app.models import Session


def scene(clients: int) -> tuple[Target, list[list[Request]]]:
    """Return the attacker's target, and the requests of each ordinary client."""
    now = timezone.now()
    people = [
        User.objects.create(username=f"client{n}", email=f"c{n}@example.org", role="instructor")
        for n in range(clients + 2)
    ]
    *ordinary, attacker, friend = people
    fields: dict[str, Any] = {
        "description": "a" * 2_000,
        "max_participants": 5,
        "booking_mode": "instant",
    }
    rows = [
        services.create(
            by=each, now=now, title="Algebra", date=now + timedelta(days=3 + n), **fields
        )
        for each in [*ordinary, attacker]
        for n in range(10)
    ]
    material = services.add_material(
        Session.objects.seen_by(attacker).get(pk=rows[-1].pk),
        by=attacker,
        now=now,
        title="t",
        type="file",
        file_name="a.md",
        file=SimpleUploadedFile("a.md", b"a"),
    )
    friendships.accept(friendships.ask(by=attacker, to=friend, now=now), by=friend, now=now)
    staff = User.objects.create_superuser("staff", "staff@example.org", "a-good-password-26")
    browser = Client()
    browser.force_login(staff)
    token = {each.pk: str(tokens.issue(each)["access"]) for each in people}

    def requests(person: User) -> list[Request]:
        head = {"Authorization": f"Bearer {token[person.pk]}", "Content-Type": "application/json"}
        mine = [row for row in rows if row.creator_id == person.pk]
        paths = [
            "/api/sessions/",
            "/api/notifications/",
            "/api/auth/me/",
            "/api/sessions/?search=x",
        ]
        reads = [*paths, *(f"/api/sessions/{row.pk}/" for row in mine)]
        changed = Request("PATCH", f"/api/sessions/{mine[0].pk}/", b'{"title": "Algebra"}', head)
        return [*(Request("GET", path, b"", head) for path in reads), changed]

    materials = f"/api/sessions/{rows[-1].pk}/materials/"
    cookie = "; ".join(f"{name}={each.value}" for name, each in browser.cookies.items())
    target = Target(
        token[attacker.pk],
        materials,
        f"{materials}{material.pk}/",
        f"/v1/friends/{friend.pk}/messages/",
        cookie,
    )
    return target, [requests(each) for each in ordinary]
