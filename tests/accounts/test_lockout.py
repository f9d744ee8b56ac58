"""A stranger's failures don't lock the owner out, and many networks together get few attempts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import tokens
from accounts.jobs import forget_networks
from accounts.models import KnownNetwork
from accounts.services import remember_network
from tests.accounts.conftest import NEW_PASSWORD, assert_invalid
from tests.accounts.test_limits import assert_limited, sign_in
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

HOME, AWAY = "203.0.113.7", "203.0.113.8"
ME = "/api/auth/me/"
CHANGE = "/api/auth/password/change/"
DAY = timedelta(days=1)


def stranger(number):
    """The IP address of the stranger with this number."""
    return f"198.51.100.{number}"


def use_up(api, name="sam", tries=3):
    """Fail to sign in, once from each of several networks."""
    return [sign_in(api(), name, REMOTE_ADDR=stranger(each)).status_code for each in range(tries)]


def sign_in_to_admin(address, password=PASSWORD):
    form = {"username": "sam", "password": password}
    return Client().post(reverse("admin:login"), form, REMOTE_ADDR=address)


def test_a_strangers_failures_do_not_lock_the_owner_out(api, limited, student):
    limited(sign_in_account="2/minute")
    for _ in range(2):
        sign_in(api(), "sam", REMOTE_ADDR=stranger(1))

    assert_limited(sign_in(api(), "sam", PASSWORD, REMOTE_ADDR=stranger(1)), 40)
    assert sign_in(api(), "sam", PASSWORD, REMOTE_ADDR=HOME).status_code == 200


def test_the_addresses_of_one_ipv6_network_count_as_one(api, limited, student):
    limited(sign_in_account="1/minute")
    sign_in(api(), "sam", REMOTE_ADDR="2001:db8::1")

    assert_limited(sign_in(api(), "sam", REMOTE_ADDR="2001:db8::2"), 40)


def test_many_networks_share_a_limit_except_a_known_one(api, limited, student):
    limited(sign_in_everywhere="3/minute")
    assert sign_in(api(), "sam", PASSWORD, REMOTE_ADDR=HOME).status_code == 200
    assert use_up(api) == [401] * 3

    assert_limited(sign_in(api(), "sam", PASSWORD, REMOTE_ADDR=AWAY), 40)
    assert sign_in(api(), "sam", PASSWORD, REMOTE_ADDR=HOME).status_code == 200
    assert sign_in(api(), "sam", REMOTE_ADDR=HOME).status_code == 401


def test_a_known_network_has_only_its_own_attempts(api, limited, student):
    limited(sign_in_account="2/minute")
    sign_in(api(), "sam", PASSWORD, REMOTE_ADDR=HOME)

    statuses = [sign_in(api(), "sam", REMOTE_ADDR=HOME).status_code for _ in range(3)]

    assert statuses == [401, 401, 429]


def test_a_successful_sign_in_is_not_counted(api, limited, student):
    limited(sign_in_account="1/minute", sign_in_everywhere="1/minute")

    assert {sign_in(api(), "sam", PASSWORD).status_code for _ in range(4)} == {200}


def test_the_limit_over_all_networks_does_not_reveal_whether_an_account_exists(
    api, limited, person, django_assert_num_queries
):
    limited(sign_in_everywhere="1/minute")
    person("sam")
    person("gone", is_active=False)
    answers = []
    for name in ("sam", "gone", "nobody", "sam@example.com", "nobody@example.com"):
        use_up(api, name, tries=1)
        with django_assert_num_queries(2):
            answers.append(sign_in(api(), name, PASSWORD, REMOTE_ADDR=AWAY))

    for answer in answers:
        assert_limited(answer, 40)
    assert {answer.content for answer in answers} == {answers[0].content}


def register(api, student):
    body = {"username": "new", "email": "new@example.com", "password": PASSWORD}
    return api().post("/api/auth/register/", body, REMOTE_ADDR=HOME)


def reset_password(api, student):
    link = {
        "uid": urlsafe_base64_encode(force_bytes(student.pk)),
        "token": tokens.reset_links.make_token(student),
    }
    path = "/api/auth/password/reset/confirm/"
    return api().post(path, link | {"new_password": PASSWORD}, REMOTE_ADDR=HOME)


@pytest.mark.parametrize(("action", "name"), [(register, "new"), (reset_password, "sam")])
def test_registering_or_resetting_the_password_makes_a_network_known(
    api, limited, student, action, name
):
    limited(sign_in_everywhere="1/minute")
    assert action(api, student).status_code in {200, 201}
    use_up(api, name, tries=1)

    assert sign_in(api(), name, PASSWORD, REMOTE_ADDR=AWAY).status_code == 429
    assert sign_in(api(), name, PASSWORD, REMOTE_ADDR=HOME).status_code == 200


def test_signing_in_to_the_admin_makes_a_network_known_too(api, limited, person):
    limited(sign_in_everywhere="3/minute")
    person("sam", is_staff=True)
    assert sign_in_to_admin(HOME).status_code == 302
    use_up(api)

    assert "Too many attempts" in sign_in_to_admin(AWAY).content.decode()
    assert sign_in_to_admin(HOME).status_code == 302


# ── Passwords of people who are signed in ────────────────────────────────────────────────────


def test_a_stolen_token_allows_few_password_guesses(api, limited, student):
    limited(sign_in_account="2/minute")
    client = api(student)
    guess = {"email": "eve@example.org", "password": "guess"}
    assert_invalid(client.patch(ME, guess), "password")
    old = {"old_password": "guess", "new_password": NEW_PASSWORD}
    assert_invalid(client.post(CHANGE, old), "old_password")

    assert_limited(client.patch(ME, guess | {"password": PASSWORD}), 40)
    assert_limited(client.post(CHANGE, old | {"old_password": PASSWORD}), 40)
    assert client.patch(ME, {"first_name": "Samuel"}).status_code == 200


def test_a_stolen_admin_cookie_allows_few_password_guesses(desk, limited):
    limited(sign_in_account="2/minute")
    form = {f"new_password{number}": NEW_PASSWORD for number in (1, 2)}
    page = reverse("admin:password_change")
    for _ in range(2):
        answer = desk.post(page, form | {"old_password": "guess"})
        assert "incorrect" in answer.content.decode()

    answer = desk.post(page, form | {"old_password": PASSWORD})

    assert "Too many attempts: try again in 40 seconds." in answer.content.decode()


def test_staff_can_change_their_own_password(desk, staff):
    form = {f"new_password{number}": NEW_PASSWORD for number in (1, 2)}

    answer = desk.post(reverse("admin:password_change"), form | {"old_password": PASSWORD})

    assert answer.status_code == 302
    staff.refresh_from_db()
    assert staff.check_password(NEW_PASSWORD)
    assert desk.get(reverse("admin:index")).status_code == 200


# ── What is stored ───────────────────────────────────────────────────────────────────────────


def test_no_ip_address_is_stored_and_digests_differ_between_people(api, student, instructor):
    for name in ("sam", "ines"):
        sign_in(api(), name, PASSWORD, REMOTE_ADDR=HOME)

    one, other = KnownNetwork.objects.values_list("digest", flat=True)
    assert one != other
    assert HOME not in one + other


@pytest.mark.database
def test_the_last_ten_networks_are_kept_and_a_busy_one_is_updated_once_a_day(student, now):
    for number in range(12):
        remember_network(student, stranger(number), now=now + number * DAY)
    kept = set(KnownNetwork.objects.values_list("last_seen_at", flat=True))
    assert kept == {now + number * DAY for number in range(2, 12)}

    for later in (12 * DAY, 12.5 * DAY, 13.5 * DAY):
        remember_network(student, stranger(11), now=now + later)
    assert KnownNetwork.objects.count() == 10
    assert KnownNetwork.objects.latest("last_seen_at").last_seen_at == now + 13.5 * DAY


def test_a_network_is_deleted_after_ninety_days(student, now):
    remember_network(student, HOME, now=now)

    assert [forget_networks(now + 90 * DAY), forget_networks(now + 91 * DAY)] == [0, 1]
