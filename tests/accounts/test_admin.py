"""People in the admin (contract C1, C2): added, changed and deactivated, never deleted."""

import pytest
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts import tokens
from accounts.models import User
from core.push.hub import RECHECK
from tests.accounts.conftest import NEW_PASSWORD
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

LIST = reverse("admin:accounts_user_changelist")
ADD = reverse("admin:accounts_user_add")


def page_of(user):
    return reverse("admin:accounts_user_change", args=[user.pk])


def form_of(desk, user):
    """The form data that a browser would submit from that person's page."""
    form = desk.get(page_of(user)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in (None, False, [])}
    return sent | {
        "last_login_0": "",
        "last_login_1": "",
    }


def new_person(**changes):
    return {
        "username": "neu",
        "email": "neu@example.com",
        "role": "instructor",
        "usable_password": "true",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    } | changes


def test_deactivation_revokes_tokens_permanently(desk, student, signed_in, is_valid):
    pair = signed_in(student)
    form = form_of(desk, student)
    deactivated = {name: value for name, value in form.items() if name != "is_active"}

    assert desk.post(page_of(student), deactivated).status_code == 302
    assert not User.objects.get(pk=student.pk).is_active
    assert not any(map(is_valid, pair.values()))

    assert desk.post(page_of(student), form).status_code == 302
    assert User.objects.get(pk=student.pk).is_active
    assert not any(map(is_valid, pair.values()))


def test_deactivation_is_recorded_in_the_admin_log(desk, staff, student):
    form = form_of(desk, student)
    del form["is_active"]

    desk.post(page_of(student), form)

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (staff, str(student.pk))
    assert "ctive" in entry.get_change_message()


def test_other_changes_keep_the_person_signed_in(desk, student, signed_in, is_valid):
    pair = signed_in(student)

    answer = desk.post(page_of(student), form_of(desk, student) | {"role": "instructor"})

    assert answer.status_code == 302
    assert User.objects.get(pk=student.pk).role == "instructor"
    assert all(map(is_valid, pair.values()))


def test_a_change_does_not_undo_a_simultaneous_sign_out(desk, rf, staff, student):
    page = site.get_model_admin(User)
    request = rf.post(page_of(student))
    request.user = staff
    form_class = page.get_form(request, student, change=True)
    form = form_class(form_of(desk, student) | {"role": "instructor"}, instance=student)
    assert form.is_valid()

    tokens.sign_out_everywhere(student)
    page.save_model(request, form.save(commit=False), form, change=True)

    saved = User.objects.get(pk=student.pk)
    assert (saved.role, saved.token_generation) == ("instructor", 1)


def test_a_password_set_by_staff_revokes_tokens(desk, api, student, signed_in, is_valid):
    pair = signed_in(student)
    path = reverse("admin:auth_user_password_change", args=[student.pk])
    passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}

    answer = desk.post(path, {"usable_password": "true", **passwords})

    assert answer.status_code == 302
    assert not any(map(is_valid, pair.values()))
    body = {"username": "sam", "password": NEW_PASSWORD}
    assert api().post("/api/auth/token/", body).status_code == 200


def test_nobody_can_be_deleted(desk, student):
    path = reverse("admin:accounts_user_delete", args=[student.pk])

    assert desk.get(path).status_code == 403
    assert desk.post(path, {"post": "yes"}).status_code == 403
    desk.post(LIST, {"action": "delete_selected", "_selected_action": [student.pk], "post": "yes"})
    assert User.objects.filter(pk=student.pk).exists()
    assert "delete_selected" not in desk.get(LIST).content.decode()


def test_a_person_added_by_staff_can_sign_in(desk, api):
    answer = desk.post(ADD, new_person())

    assert answer.status_code == 302
    user = User.objects.get(username="neu")
    assert (user.email, user.role, user.is_staff) == ("neu@example.com", "instructor", False)
    body = {"username": "neu@example.com", "password": NEW_PASSWORD}
    assert api().post("/api/auth/token/", body).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "SAM"},
        {"username": "a@b"},
        {"email": "Sam@Example.com"},
        {"email": ""},
        {"email": "a@münchen.de"},
        {"role": "boss"},
        {"password1": "12345678", "password2": "12345678"},
        {"password2": "another-one-99"},
    ],
)
def test_the_rules_of_registration_apply_in_the_admin_too(desk, student, changes):
    answer = desk.post(ADD, new_person(**changes))

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert User.objects.count() == 2


@pytest.mark.parametrize("changes", [{"timezone": "Mars/Phobos"}, {"email": "root@EXAMPLE.com"}])
def test_an_invalid_change_is_refused(desk, student, changes):
    answer = desk.post(page_of(student), form_of(desk, student) | changes)

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors


def test_people_are_found_by_name_and_address(desk, student, instructor):
    page = desk.get(LIST, {"q": "sam@"}).content.decode()

    assert "sam@example.com" in page
    assert "ines@example.com" not in page


@pytest.mark.parametrize("name", ["root", "ROOT", "root@example.com"])
def test_staff_sign_in_by_name_or_address(staff, name):
    answer = Client().post(reverse("admin:login"), {"username": name, "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))


def test_people_who_are_not_staff_cannot_sign_in(student):
    answer = Client().post(reverse("admin:login"), {"username": "sam", "password": PASSWORD})

    assert answer.status_code == 200
    assert Client().get(LIST).status_code == 302


def test_revoked_tokens_have_no_page(desk):
    index = desk.get(reverse("admin:index")).content.decode()

    assert "/admin/accounts/user/" in index
    assert "/admin/accounts/revokedtoken/" not in index


def test_mails_are_read_only(desk, student, queue_mail):
    row = queue_mail(student)
    page = reverse("admin:mail_mail_change", args=[row.pk])

    shown = desk.get(reverse("admin:mail_mail_changelist"), {"q": "sam@"}).content.decode()

    assert "Reminder: Algebra" in shown
    assert desk.get(page).status_code == 200
    assert desk.post(page, {"subject": "x"}).status_code == 403
    assert desk.get(reverse("admin:mail_mail_add")).status_code == 403


def test_staff_can_turn_a_persons_mails_on(desk, student):
    desk.post(page_of(student), form_of(desk, student) | {"email_notifications": "on"})

    assert User.objects.get(pk=student.pk).email_notifications


def test_a_password_set_by_staff_makes_open_sockets_check_their_token(desk, student, pushed):
    page = reverse("admin:auth_user_password_change", args=[student.pk])
    passwords = {"usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}

    with pushed(student.pk) as frames:
        answer = desk.post(page, passwords)

    assert answer.status_code == 302
    assert frames == [RECHECK]
