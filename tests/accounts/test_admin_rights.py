"""The permission to change people in the admin gives no other rights, and excludes the staff."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import User
from tests.accounts.test_admin import ADD, form_of, page_of

pytestmark = pytest.mark.django_db

GROUPS = "/admin/auth/group/"
RIGHTS = {"is_staff": "on", "is_superuser": "on"}


@pytest.fixture
def staff(person):
    return person("root", is_staff=True, is_superuser=True)


@pytest.fixture
def helper(person):
    """A staff member with every permission on people and groups, who is not a superuser."""
    lou = person("lou", is_staff=True)
    lou.user_permissions.set(
        Permission.objects.filter(content_type__app_label__in=["accounts", "auth"])
    )
    return lou


@pytest.fixture
def desk(helper):
    client = Client()
    client.force_login(helper)
    return client


def test_helpers_can_change_people_but_grant_no_rights(desk, student):
    right = Permission.objects.get(codename="view_user")
    group = Group.objects.create(name="Moderators")
    form = form_of(desk, student) | RIGHTS
    form |= {"groups": [group.pk], "user_permissions": [right.pk], "role": "instructor"}

    assert desk.post(page_of(student), form).status_code == 302

    student.refresh_from_db()
    assert student.role == "instructor"
    assert not student.is_staff
    assert not student.is_superuser
    assert not student.groups.exists()
    assert not student.user_permissions.exists()


@pytest.mark.parametrize("whose", ["root", "lou"])
def test_helpers_can_change_neither_staff_nor_themselves(desk, staff, helper, whose):
    row = User.objects.get(username=whose)
    fields = {"username": whose, "email": "mine@example.com", "role": "student", "timezone": "UTC"}
    passwords = {"password1": "another-password-27", "password2": "another-password-27"}

    page = desk.get(page_of(row))
    assert page.status_code == 200
    assert row.password.rpartition("$")[2] not in page.content.decode()
    assert desk.post(page_of(row), fields | RIGHTS).status_code == 403
    assert desk.post(f"/admin/accounts/user/{row.pk}/password/", passwords).status_code == 403

    after = User.objects.get(pk=row.pk)
    assert (after.email, after.password) == (row.email, row.password)
    assert after.is_superuser == (whose == "root")


def test_helpers_add_people_without_rights(desk):
    form = {"username": "neu", "email": "neu@example.com", "role": "student"} | RIGHTS
    form |= {"usable_password": "true", "password1": "a-password-27", "password2": "a-password-27"}

    assert desk.post(ADD, form).status_code == 302

    neu = User.objects.get(username="neu")
    assert not neu.is_staff
    assert not neu.is_superuser


def test_only_superusers_can_change_groups(desk, staff):
    group = Group.objects.create(name="Moderators")

    assert desk.get(GROUPS).status_code == 200
    for path in ("add/", f"{group.pk}/change/", f"{group.pk}/delete/"):
        assert desk.post(GROUPS + path, {"name": "Mine", "post": "yes"}).status_code == 403
    desk.force_login(staff)
    desk.post(f"{GROUPS}{group.pk}/change/", {"name": "Judges"})

    assert Group.objects.get().name == "Judges"


def test_superusers_keep_their_rights_when_they_change_themselves(client, staff):
    client.force_login(staff)
    form = {"username": "root", "email": "root@example.com", "role": "student", "timezone": "UTC"}

    assert client.post(page_of(staff), form | {"first_name": "Ro"}).status_code == 302

    staff.refresh_from_db()
    assert staff.first_name == "Ro"
    assert staff.is_active
    assert staff.is_staff
    assert staff.is_superuser


def test_the_link_to_the_log_is_shown_to_superusers_only(desk, staff, helper):
    helper.user_permissions.add(Permission.objects.get(codename="view_logentry"))
    log = 'href="/admin/admin/logentry/"'

    assert log not in desk.get("/admin/").content.decode()
    desk.force_login(staff)
    assert log in desk.get("/admin/").content.decode()
