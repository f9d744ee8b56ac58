"""The admin's addresses, taken from the URL resolver: for the staff alone, and each page for those
of them only who may see it. What they may do there is tested with the apps."""

from __future__ import annotations

import os
import re
from itertools import product
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import get_resolver

from accounts.models import User
from tests.permissions.tables import snapshot
from tests.permissions.world import World

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"
# Open to all, since they lead to signing in or away from it.
DOORS = {LOGIN, "/admin/logout/"}
# Of all the staff: their own password, the page they begin at and what it needs, and a name that
# leads nowhere.
COMMON = {
    *("/admin/", "/admin/search/", "/admin/password_change/", "/admin/password_change/done/"),
    *("/admin/jsi18n/", "/admin/nothing/"),
}


def addresses(world: World) -> list[str]:
    """Every page of the admin, with the creator's row where one is asked for."""
    pk = str(world.people["creator"].pk)
    found = []
    for pattern in get_resolver("config.urls").url_patterns:
        if str(pattern.pattern) == "admin/":
            found = [f"/admin/{path}" for path in paths(pattern.url_patterns)]
    filled = [re.sub(r"<[^>]*>", pk, path) for path in found]
    return sorted({path for path in filled if path not in DOORS})


def paths(patterns: Any, prefix: str = "") -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            found += paths(pattern.url_patterns, path)
        elif path.startswith("^"):  # the page of each app
            found += sorted({f"{model._meta.app_label}/" for model in admin.site._registry})
        else:
            found.append("nothing/" if path.startswith("(") else path)
    return found


def signed_in(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


@pytest.mark.parametrize("who", ["anonymous", "creator"])
def test_all_but_staff_are_sent_to_sign_in_and_write_nothing(world, report, who):
    before, pages = snapshot(), addresses(world)
    client, through = signed_in(world.people.get(who)), []
    tries = list(product(pages, (client.get, client.post)))
    if os.environ.get("PERMISSIONS") != "all":
        # Each page by one method: what one person GETs, the other one POSTs.
        turn = who == "creator"
        tries = [each for n, each in enumerate(tries) if (n // 2 + n + turn) % 2 == 0]
    for path, method in tries:
        answer = method(path)
        if answer.status_code != 302 or not answer.url.startswith(LOGIN):
            through.append((path, answer.status_code))
    report(f"{len(tries)} tries of the admin by {who}, {len(through)} got through")
    assert {path for path, _ in tries} == set(pages)
    assert through == []
    assert len(pages) > 6 * len(admin.site._registry)
    after = snapshot()
    for people in (before[User], after[User]):
        for row in people.values():
            row.pop("last_login")
    assert after == before


def test_a_bearer_token_opens_no_page_of_the_admin(world):
    answer = world.client("staff").get("/admin/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(LOGIN)


def test_staff_without_permissions_see_what_is_common_to_all(world):
    client = signed_in(world.people["staff"])
    given = {path: client.get(path).status_code for path in addresses(world)}

    assert {path for path, status in given.items() if status == 200} <= COMMON
    assert {status for path, status in given.items() if path not in COMMON} <= {302, 403, 404}
    for model in admin.site._registry:
        label = f"{model._meta.app_label}/{model._meta.model_name}"
        assert given[f"/admin/{label}/"] == 403, label


def test_the_log_of_the_staff_is_the_superusers(world):
    staff = world.people["staff"]
    staff.user_permissions.set(Permission.objects.all())
    client = signed_in(User.objects.get(pk=staff.pk))

    assert client.get("/admin/accounts/user/").status_code == 200
    assert client.get("/admin/admin/logentry/").status_code == 403
    for path in ("add/", "1/change/", "1/delete/"):
        assert client.post(f"/admin/auth/group/{path}", {"name": "Mine"}).status_code in {302, 403}


def test_staff_without_permissions_are_not_told_what_there_is(world, settings):
    settings.DEBUG = False  # whose pages have the address in them
    client, looked_at = signed_in(world.people["staff"]), 0
    for model in admin.site._registry:
        row = model._default_manager.first()
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        for page in ("change/", "history/", "delete/", "password/", "file/", ""):
            pair = [f"{base}/{pk}/{page}" for pk in (row.pk if row else 1, 10**9)]
            answers = [client.get(each) for each in pair]
            bodies = {each.content.replace(b"1000000000", b"") for each in answers}
            assert len({each.status_code for each in answers}) == 1, pair
            assert len(bodies) == 1 or answers[0].status_code == 302, pair
            looked_at += row is not None
    assert looked_at > 40
