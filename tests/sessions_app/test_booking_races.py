"""Races between acts on booking requests (contract S8), and between acts of different kinds
(`competing.py`): several server processes, real HTTP, PostgreSQL. Each has a negative control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.sessions_app.competing import COMPETING
from tests.sessions_app.race_site import (
    ROUNDS,
    Site,
    count_is_right,
    site_on_postgres,
    statuses,
)
from tests.support.databases import execute, rows

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
    """The same site without locks, conditions and constraints."""
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
    """One person makes 16 requests at once. Return the answers and the number of requests."""
    session = site.publish(places=5, **OFFERED)
    answers = site.race(session, [("join", site.people[0], {})] * 16)
    return statuses(answers), count(site, f"session_id = {session}")


def approve_eight_twice(site: Site) -> tuple[Counter[int], int]:
    """Send 16 approvals of 8 requests for 3 places. Return the answers and the session's id."""
    session = site.publish(places=3, **OFFERED)
    ids = [site.post(session, "join", token).json()["user"]["id"] for token in site.people[:8]]
    acts = [("approve_request", site.creator, {"user_id": number}) for number in ids * 2]
    return statuses(site.race(session, acts)), session


def decide_against(site: Site, rival: str) -> tuple[Counter[int], Counter[int], int]:
    """Send eight approvals of one request against eight of a rival act. Return the answers to each
    and the session's id."""
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


def is_consistent(site: Site, rival: str) -> bool:
    """Whether either the approval or the rival act succeeded, exactly once; a cancellation may also
    follow an approval."""
    approved, other, session = decide_against(site, rival)
    shown = site.show(session)
    approvals = approved[200]
    rivals = other[200] + other[204]
    expected = {"cancel": rivals == 1 and approvals <= 1 and shown["status"] == "cancelled"}
    return (
        expected.get(rival, approvals + rivals == 1)
        and set(approved) | set(other) <= {200, 204, 400, 404}
        and shown["participant_count"] == len(shown["participants"]) == approvals
        and count(site, f"session_id = {session} AND status = 'approved'") == approvals
        and pending(site, session) == 0
    )


def test_asking_sixteen_times_at_once_makes_one_request(site: Site) -> None:
    for _ in range(2):
        assert ask_sixteen_times(site) == ({201: 1, 400: 15}, 1)


def test_without_lock_and_constraint_asking_at_once_makes_several_requests(unguarded: Site) -> None:
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


def test_without_lock_and_constraint_approvals_oversell_or_miscount(unguarded: Site) -> None:
    def is_broken() -> bool:
        answers, session = approve_eight_twice(unguarded)
        return answers[200] != 3 or not count_is_right(unguarded, session)

    assert any(is_broken() for _ in range(ROUNDS))


@pytest.mark.parametrize("rival", ["reject", "withdraw", "cancel"])
def test_an_approval_and_a_rival_act_never_both_succeed(site: Site, rival: str) -> None:
    for _ in range(3):
        assert is_consistent(site, rival)


@pytest.mark.parametrize("rival", ["reject", "withdraw", "cancel"])
def test_without_the_lock_both_succeed(unguarded: Site, rival: str) -> None:
    assert not all(is_consistent(unguarded, rival) for _ in range(ROUNDS))


@COMPETING
def test_competing_acts_keep_their_promise(site: Site, holds: Callable[[Site], bool]) -> None:
    for _ in range(2):
        assert holds(site)


@COMPETING
def test_without_the_safeguards_competing_acts_break_their_promise(
    unguarded: Site, holds: Callable[[Site], bool]
) -> None:
    assert not all(holds(unguarded) for _ in range(ROUNDS))
