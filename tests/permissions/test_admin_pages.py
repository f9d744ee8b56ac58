"""The pages of the admin, taken from the URL resolver, are open to staff only, and each page only
to those with its permission. What staff may do there is tested with the apps."""

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
# Open to everybody: the pages to sign in and out.
SIGN_IN_AND_OUT = {LOGIN, "/admin/logout/"}
# Open to all staff: the index and what it needs, their own password, and an address that doesn't
# exist.
COMMON = {
    *("/admin/", "/admin/search/", "/admin/password_change/", "/admin/password_change/done/"),
    *("/admin/jsi18n/", "/admin/nothing/"),
}


def addresses(world: World) -> list[str]:
    """Return the address of every page of the admin, with the creator's id where it needs one."""
    pk = str(world.people["creator"].pk)
    found = []
    for pattern in get_resolver("config.urls").url_patterns:
        if str(pattern.pattern) == "admin/":
            found = [f"/admin/{path}" for path in paths(pattern.url_patterns)]
    filled = [re.sub(r"<[^>]*>", pk, path) for path in found]
    return sorted({path for path in filled if path not in SIGN_IN_AND_OUT})


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
def test_everybody_but_staff_is_redirected_to_the_login_and_changes_nothing(world, report, who):
    before, pages = snapshot(), addresses(world)
    client, got_through = signed_in(world.people.get(who)), []
    requests = list(product(pages, (client.get, client.post)))
    if os.environ.get("PERMISSIONS") != "all":
        # Each page with one method: where one person sends GET, the other one sends POST.
        turn = who == "creator"
        requests = [each for n, each in enumerate(requests) if (n // 2 + n + turn) % 2 == 0]
    for path, method in requests:
        answer = method(path)
        if answer.status_code != 302 or not answer.url.startswith(LOGIN):
            got_through.append((path, answer.status_code))
    report(f"{len(requests)} requests to the admin by {who}, {len(got_through)} got through")
    assert {path for path, _ in requests} == set(pages)
    assert got_through == []
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


def test_staff_without_permissions_see_only_the_pages_open_to_all_staff(world):
    client = signed_in(world.people["staff"])
    statuses = {path: client.get(path).status_code for path in addresses(world)}

    assert {path for path, status in statuses.items() if status == 200} <= COMMON
    assert {status for path, status in statuses.items() if path not in COMMON} <= {302, 403, 404}
    for model in admin.site._registry:
        label = f"{model._meta.app_label}/{model._meta.model_name}"
        assert statuses[f"/admin/{label}/"] == 403, label


def test_only_superusers_may_see_the_log_of_staff_acts(world):
    staff = world.people["staff"]
    staff.user_permissions.set(Permission.objects.all())
    client = signed_in(User.objects.get(pk=staff.pk))

    assert client.get("/admin/accounts/user/").status_code == 200
    assert client.get("/admin/admin/logentry/").status_code == 403
    for path in ("add/", "1/change/", "1/delete/"):
        assert client.post(f"/admin/auth/group/{path}", {"name": "Mine"}).status_code in {302, 403}


def test_staff_without_permissions_can_not_find_out_which_rows_exist(world, settings):
    settings.DEBUG = False  # error pages of DEBUG contain the address
    client, compared = signed_in(world.people["staff"]), 0
    for model in admin.site._registry:
        row = model._default_manager.first()
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        for page in ("change/", "history/", "delete/", "password/", "file/", ""):
            pair = [f"{base}/{pk}/{page}" for pk in (row.pk if row else 1, 10**9)]
            answers = [client.get(each) for each in pair]
            bodies = {each.content.replace(b"1000000000", b"") for each in answers}
            assert len({each.status_code for each in answers}) == 1, pair
            assert len(bodies) == 1 or answers[0].status_code == 302, pair
            compared += row is not None
    assert compared > 40
