"""Rate limits by address and by account (contract C2, C4: 429 with `Retry-After`)."""

import pytest
from django.test import Client
from django.urls import reverse

from mail.models import Mail
from tests.accounts.conftest import assert_refused
from tests.conftest import PASSWORD
from tests.support.server import Server

TOKEN = "/api/auth/token/"
REGISTER = "/api/auth/register/"
RESET = "/api/auth/password/reset/"
CONFIRM = "/api/auth/password/reset/confirm/"
CHANGE = "/api/auth/password/change/"
FORWARDING = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP")


def sign_in(client, name, password="wrong", **extra):
    return client.post(TOKEN, {"username": name, "password": password}, **extra)


def assert_limited(answer, seconds):
    assert_refused(answer, 429, "too_many_requests")
    assert answer["Retry-After"] == str(seconds)
    assert set(answer.json()) == {"error", "code"}
    assert str(seconds) in answer.json()["error"]


def test_after_too_many_attempts_even_the_right_password_is_refused(api, limited, student):
    limited(sign_in_account="2/minute")
    wrong = [sign_in(api(), "sam").status_code for _ in range(2)]

    answer = sign_in(api(), "sam", PASSWORD)

    assert wrong == [401, 401]
    assert_limited(answer, 40)
    assert sign_in(api(), "another").status_code == 401


@pytest.mark.parametrize("name", ["SAM", "sAm", " sam "])
def test_another_spelling_of_the_name_is_the_same_account(api, limited, student, name):
    limited(sign_in_account="2/minute")
    for _ in range(2):
        sign_in(api(), "sam")

    assert_limited(sign_in(api(), name, PASSWORD), 40)


@pytest.mark.parametrize("name", ["ſam", "ſAM"])
def test_a_name_with_an_exotic_letter_is_counted_separately(api, limited, student, name):
    limited(sign_in_account="1/minute")
    sign_in(api(), "sam")

    assert sign_in(api(), name, PASSWORD).status_code == 401


def test_a_name_without_an_account_is_limited_too(api, limited):
    limited(sign_in_account="1/minute")

    assert sign_in(api(), "nobody").status_code == 401
    assert_limited(sign_in(api(), "nobody"), 40)


def test_the_count_does_not_reveal_which_address_belongs_to_a_name(api, limited, student):
    limited(sign_in_account="1/minute")
    sign_in(api(), "sam")

    known, unknown = (sign_in(api(), f"{name}@example.com") for name in ("sam", "nobody"))

    assert known.status_code == unknown.status_code == 401


def test_after_the_wait_another_attempt_is_allowed(api, limited, student):
    limited(sign_in_account="1/minute")
    sign_in(api(), "sam")
    wait = int(sign_in(api(), "sam")["Retry-After"])

    limited.clock.shift(wait)

    assert sign_in(api(), "sam", PASSWORD).status_code == 200


def confirm(number):
    return {"uid": "MQ", "token": f"x-{number}", "new_password": PASSWORD}


@pytest.mark.parametrize(
    ("scope", "path", "body"),
    [
        ("sign_in_address", TOKEN, lambda n: {"username": f"p{n}", "password": "x"}),
        ("register", REGISTER, lambda n: {"username": f"p{n}"}),
        ("password_reset", RESET, lambda n: {"email": f"p{n}@example.com"}),
        ("password_reset", CONFIRM, confirm),
        ("anonymous", "/api/auth/token/refresh/", lambda n: {"refresh": str(n)}),
        ("anonymous", "/api/auth/token/verify/", lambda n: {"token": str(n)}),
        ("anonymous", "/api/auth/logout/", lambda n: {"refresh": str(n)}),
    ],
)
def test_each_address_has_its_own_limit(api, limited, scope, path, body):
    limited(**{scope: "2/minute"})
    first = [api().post(path, body(number)).status_code for number in range(2)]

    third = api().post(path, body(3))
    from_elsewhere = api().post(path, body(4), REMOTE_ADDR="203.0.113.9")

    assert 429 not in first
    assert_limited(third, 40)
    assert from_elsewhere.status_code in {200, 400, 401}


def test_mails_to_one_address_are_limited_across_all_networks(api, limited, student):
    limited(password_reset_account="2/minute")
    addresses = ["sam@example.com", "SAM@example.com", "Sam@Example.com"]

    answers = [
        api().post(RESET, {"email": email}, REMOTE_ADDR=f"203.0.113.{number}")
        for number, email in enumerate(addresses)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert Mail.objects.count() == 2


def test_guessing_the_old_password_is_limited(api, limited, student):
    limited(sign_in_account="2/minute")
    guess = {"old_password": "guess", "new_password": PASSWORD + "!"}
    first = [api(student).post(CHANGE, guess).status_code for _ in range(2)]

    assert first == [400, 400]
    assert_limited(api(student).post(CHANGE, guess), 40)


def test_nobody_can_use_up_somebody_elses_password_changes(api, limited, student):
    limited(sign_in_account="1/minute")
    for name in ("sam", f"change:{student.pk}", f"CHANGE:{student.pk}"):
        sign_in(api(), name)

    answer = api(student).post(
        CHANGE, {"old_password": PASSWORD, "new_password": "quite-another-one-31"}
    )

    assert answer.status_code == 200


def test_a_signed_in_person_is_limited_across_all_addresses(api, limited, student, instructor):
    limited(person="2/minute")
    client = api(student)
    addresses = [f"203.0.113.{number}" for number in range(3)]

    statuses = [client.get("/api/auth/me/", REMOTE_ADDR=each).status_code for each in addresses]

    assert statuses == [200, 200, 429]
    assert api(instructor).get("/api/auth/me/").status_code == 200


def test_the_admin_and_the_api_share_the_sign_in_limit(api, limited, person):
    limited(sign_in_account="2/minute")
    person("root", is_staff=True)
    sign_in(api(), "root")
    sign_in(api(), "ROOT")

    answer = Client().post(reverse("admin:login"), {"username": "root", "password": PASSWORD})

    assert answer.status_code == 200
    assert "Too many attempts: try again in 40 seconds." in answer.content.decode()
    assert (
        Client().post(reverse("admin:login"), {"username": "", "password": ""}).status_code == 200
    )


def test_limits_can_be_switched_off(api, limited, settings, student):
    settings.DISABLE_THROTTLING = True
    limited(**dict.fromkeys(settings.THROTTLE_RATES, "1/minute"))

    assert {sign_in(api(), "sam").status_code for _ in range(4)} == {401}


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_forged_forwarding_header_does_not_evade_the_limit(api, limited, settings, proxies):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": proxies}
    limited(sign_in_address="2/minute")
    # The proxy appends the last entry; everything before it was sent by the client.
    headers = [f"198.51.100.{number}, 203.0.113.7" for number in range(3)]

    answers = [
        sign_in(api(), f"p{number}", HTTP_X_FORWARDED_FOR=header)
        for number, header in enumerate(headers)
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 429]


def test_limits_hold_over_http_whatever_the_headers_claim(tmp_path):
    limits = {"THROTTLE_SIGN_IN_ADDRESS": "3/day", "DEMO_DATA": "0"}
    with Server(tmp_path, environment=limits) as server:
        answers = [
            server.call(
                "POST",
                TOKEN,
                json={"username": f"p{number}", "password": "x"},
                headers=dict.fromkeys(FORWARDING, f"198.51.100.{number}"),
            )
            for number in range(4)
        ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    refused = answers[-1]
    assert refused.json()["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 86400
