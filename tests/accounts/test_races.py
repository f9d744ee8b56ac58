"""Concurrent requests to account endpoints over real HTTP (contract C2): to one server on SQLite,
to two server processes on PostgreSQL. On PostgreSQL each guard has a negative control: the same
race without the guard, which passes when a promise is broken."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
import pytest
import requests

from tests.accounts.conftest import NEW_PASSWORD
from tests.accounts.site import Site, site_in
from tests.conftest import PASSWORD
from tests.support.databases import execute, rows
from tests.support.racing import at_once
from tests.support.waiting import until

pytestmark = pytest.mark.database

ROUNDS = 30
ONE_OF_EIGHT = {200: 1, 401: 7}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("site")) as site:
        yield site


def statuses(answers: list[requests.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def winner(answers: list[requests.Response]) -> requests.Response:
    [won] = [answer for answer in answers if answer.ok]
    return won


def rotate_at_once(site: Site) -> list[requests.Response]:
    return site.race("token/refresh", [{"refresh": site.register()["refresh"]}] * 8)


def register_at_once(site: Site) -> list[requests.Response]:
    name = f"p{uuid.uuid4().hex[:12]}"
    bodies = [
        {
            "username": each,
            "email": f"{each.swapcase()}{number // 2}@example.com",
            "password": PASSWORD,
        }
        for number, each in enumerate([name, name.upper(), name.capitalize(), name])
    ]
    return site.race("register", bodies)


def reset_at_once(site: Site) -> list[requests.Response]:
    link = site.mailed_link(site.register()["email"])
    passwords = [f"{NEW_PASSWORD}-{number}" for number in range(4)]
    return site.race("password/reset/confirm", [link | {"new_password": p} for p in passwords])


# ── With the guards ──────────────────────────────────────────────────────────────────────────


def test_a_rotated_token_sent_eight_times_at_once_works_once_and_revokes_all(site: Site) -> None:
    for _ in range(3):
        answers = rotate_at_once(site)

        assert statuses(answers) == ONE_OF_EIGHT
        assert not any(map(site.is_valid, winner(answers).json().values()))


def test_one_name_registered_at_once_in_several_spellings_is_one_account(site: Site) -> None:
    answers = register_at_once(site)

    assert statuses(answers) == {201: 1, 400: 3}
    refused = [answer.json() for answer in answers if not answer.ok]
    assert {body["code"] for body in refused} == {"validation_error"}
    assert all("username" in body["fields"] for body in refused)


def test_one_address_taken_at_once_by_two_people_has_one_owner(site: Site) -> None:
    first, second = site.register(), site.register()
    address = f"shared-{first['username']}@example.com"

    calls: list[Callable[[], requests.Response]] = [
        partial(
            site.servers[0].call,
            "PATCH",
            "/api/auth/me/",
            person["access"],
            json={"email": email, "password": PASSWORD},
        )
        for person, email in ((first, address), (second, address.upper()))
    ]

    assert statuses(at_once(calls)) == {200: 1, 400: 1}


def test_a_mailed_link_used_several_times_at_once_sets_one_password(site: Site) -> None:
    person = site.register()
    link = site.mailed_link(person["email"])
    passwords = [f"{NEW_PASSWORD}-{number}" for number in range(4)]

    answers = site.race(
        "password/reset/confirm", [link | {"new_password": each} for each in passwords]
    )

    assert statuses(answers) == {200: 1, 400: 3}
    credentials = [{"username": person["username"], "password": each} for each in passwords]
    signed_in = [site.post("token", body).ok for body in credentials]
    assert signed_in == [answer.ok for answer in answers]


def test_a_password_changed_several_times_at_once_is_changed_once(site: Site) -> None:
    person = site.register()
    bodies = [
        {"old_password": PASSWORD, "new_password": f"{NEW_PASSWORD}-{number}"}
        for number in range(4)
    ]

    answers = site.race("password/change", bodies, person["access"])

    assert statuses(answers)[200] == 1
    assert set(statuses(answers)) <= {200, 400, 401}
    assert all(map(site.is_valid, winner(answers).json().values()))
    assert not site.is_valid(person["refresh"])


def test_a_sign_out_sent_several_times_at_once_is_done_once(site: Site) -> None:
    refresh = site.register()["refresh"]

    answers = site.race("logout", [{"refresh": refresh}] * 8)

    assert statuses(answers) == {204: 1, 401: 7}


@pytest.mark.postgres
def test_an_address_taken_between_the_check_and_the_write_is_refused(site: Site) -> None:
    rival, person = site.register(), site.register()
    address = f"new-{rival['email']}"
    taking = "UPDATE accounts_user SET email = %s WHERE username = %s"
    blocked = (
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )

    with psycopg.connect(site.url) as connected, ThreadPoolExecutor(1) as pool:
        # Invisible to others until the commit.
        connected.execute(taking, [address, rival["username"]])
        future = pool.submit(
            site.servers[0].call,
            "PATCH",
            "/api/auth/me/",
            person["access"],
            json={"email": address, "password": PASSWORD},
        )
        until(lambda: bool(rows(site.url, blocked)))
        connected.commit()

    answer = future.result()
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["email"]


# ── Without the guards ───────────────────────────────────────────────────────────────────────


def several_won(race: Callable[[Site], list[requests.Response]], site: Site) -> bool:
    """Whether more than one request succeeds in any round of the race."""
    return any(sum(answer.ok for answer in race(site)) > 1 for _ in range(ROUNDS))


@pytest.mark.postgres
def test_control_without_the_claim_several_rotations_succeed(tmp_path: Path) -> None:
    with site_in(tmp_path, sabotage="claim") as site:
        assert several_won(rotate_at_once, site)


@pytest.mark.postgres
def test_control_without_the_swap_one_link_sets_several_passwords(tmp_path: Path) -> None:
    with site_in(tmp_path, sabotage="swap") as site:
        assert several_won(reset_at_once, site)


@pytest.mark.postgres
def test_control_without_the_constraints_one_name_makes_several_accounts(tmp_path: Path) -> None:
    with site_in(tmp_path) as site:
        execute(site.url, "DROP INDEX username_unique_without_case")

        assert several_won(register_at_once, site)
