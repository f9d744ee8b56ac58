"""Booking requests when many act at the same moment (contract S8), and acts that compete with acts
of other kinds (`competing.py`), from several server processes over real HTTP on PostgreSQL, each
with its negative control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.databases import execute, rows
from tests.sessions_app.competing import COMPETING
from tests.sessions_app.race_site import (
    ROUNDS,
    Site,
    count_is_right,
    site_on_postgres,
    statuses,
)

pytestmark = pytest.mark.postgres

OFFERED = {"subject": "Racing", "level": "beginner"}
UNGUARDED = (
    "ALTER TABLE sessions_app_session DROP CONSTRAINT session_never_oversold",
    "ALTER TABLE sessions_app_session DROP CONSTRAINT sessions_app_session_participant_count_check",
    "ALTER TABLE sessions_app_bookingrequest DROP CONSTRAINT request_attempts_numbered",
    "DROP INDEX request_pending_once",
    "DROP INDEX participant_present_once",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_on_postgres(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same site without locks and conditions, and without the constraints behind them."""
    folder = tmp_path_factory.mktemp("unguarded")
    with site_on_postgres(folder, sabotage="nothing_guarded") as made:
        for statement in UNGUARDED:
            execute(made.url, statement)
        yield made


def pending(site: Site, session: int) -> int:
    return count(site, f"session_id = {session} AND status = 'pending'")


def count(site: Site, condition: str) -> int:
    query = f"SELECT count(*) FROM sessions_app_bookingrequest WHERE {condition}"
    number = rows(site.url, query)[0][0]
    assert isinstance(number, int)
    return number


def ask_sixteen_times(site: Site) -> tuple[Counter[int], int]:
    """One person asking 16 times at once: the answers, and the requests that there are then."""
    session = site.publish(places=5, **OFFERED)
    answers = site.race(session, [("join", site.people[0], {})] * 16)
    return statuses(answers), count(site, f"session_id = {session}")


def approve_eight_twice(site: Site) -> tuple[Counter[int], int]:
    """16 approvals of 8 requests for 3 places: the answers, and the session."""
    session = site.publish(places=3, **OFFERED)
    ids = [site.post(session, "join", token).json()["user"]["id"] for token in site.people[:8]]
    acts = [("approve_request", site.creator, {"user_id": number}) for number in ids * 2]
    return statuses(site.race(session, acts)), session


def decide_against(site: Site, rival: str) -> tuple[Counter[int], Counter[int], int]:
    """Eight approvals of one request against eight of a rival act: the answers to each, and the
    session."""
    session = site.publish(places=3, **OFFERED)
    asker = site.people[0]
    body = {"user_id": site.post(session, "join", asker).json()["user"]["id"]}
    other = {
        "reject": ("reject_request", site.creator, body),
        "withdraw": ("withdraw_request", asker, {}),
        "cancel": ("cancel", site.creator, {}),
    }[rival]
    answers = site.race(session, [("approve_request", site.creator, body), other] * 8)
    return statuses(answers[::2]), statuses(answers[1::2]), session


def is_one_story(site: Site, rival: str) -> bool:
    """Was the request approved, or met its other fate, but never both, and nothing twice?"""
    approved, other, session = decide_against(site, rival)
    shown = site.show(session)
    wins = approved[200]
    rivals = other[200] + other[204]
    expected = {"cancel": rivals == 1 and wins <= 1 and shown["status"] == "cancelled"}
    return (
        expected.get(rival, wins + rivals == 1)
        and set(approved) | set(other) <= {200, 204, 400, 404}
        and shown["participant_count"] == len(shown["participants"]) == wins
        and count(site, f"session_id = {session} AND status = 'approved'") == wins
        and pending(site, session) == 0
    )


def test_the_same_person_asking_sixteen_times_at_once_makes_one_request(site: Site) -> None:
    for _ in range(2):
        assert ask_sixteen_times(site) == ({201: 1, 400: 15}, 1)


def test_without_lock_and_constraint_asking_at_once_makes_several(unguarded: Site) -> None:
    assert any(ask_sixteen_times(unguarded)[1] > 1 for _ in range(ROUNDS))


def test_sixteen_approvals_of_eight_requests_for_three_places_make_three_participants(
    site: Site,
) -> None:
    for _ in range(2):
        answers, session = approve_eight_twice(site)

        assert answers[200] == 3
        assert set(answers) <= {200, 400, 404}
        shown = site.show(session)
        assert shown["participant_count"] == len(shown["participants"]) == 3
        assert (shown["status"], pending(site, session)) == ("scheduled", 5)


def test_without_lock_and_constraint_approvals_oversell_or_count_wrong(unguarded: Site) -> None:
    def goes_wrong() -> bool:
        answers, session = approve_eight_twice(unguarded)
        return answers[200] != 3 or not count_is_right(unguarded, session)

    assert any(goes_wrong() for _ in range(ROUNDS))


@pytest.mark.parametrize("rival", ["reject", "withdraw", "cancel"])
def test_approving_against_another_fate_has_one_story(site: Site, rival: str) -> None:
    for _ in range(3):
        assert is_one_story(site, rival)


@pytest.mark.parametrize("rival", ["reject", "withdraw", "cancel"])
def test_without_the_lock_there_are_two_stories(unguarded: Site, rival: str) -> None:
    assert not all(is_one_story(unguarded, rival) for _ in range(ROUNDS))


@COMPETING
def test_what_competes_has_one_story(site: Site, holds: Callable[[Site], bool]) -> None:
    for _ in range(2):
        assert holds(site)


@COMPETING
def test_without_the_safeguards_it_has_several(
    unguarded: Site, holds: Callable[[Site], bool]
) -> None:
    assert not all(holds(unguarded) for _ in range(ROUNDS))
