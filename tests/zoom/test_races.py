"""Simultaneous requests of both people to several servers (contract O5, O6). Each promise has a
negative control: the same race on servers without the safeguard, which passes if the promise is
broken there."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.zoom.site import sabotaged, site_on_postgres

pytestmark = pytest.mark.postgres

ROUNDS = 30


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_on_postgres(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def sabotaged_site(site, tmp_path_factory):
    with sabotaged(site, tmp_path_factory.mktemp("sabotaged")) as made:
        yield made


def statuses(answers):
    return Counter(answer.status_code for answer in answers)


def both(site, session, action):
    """Return requests for an action, four by each of the two people."""
    path = f"/v1/sessions/{session}/{action}/"
    return [(path, site.ada, None), (path, site.ben, None)] * 4


def press_start(site):
    """Let both people start a session four times each. Return the session, the answers and the
    number of requests for a meeting."""
    session, before = site.make(), len(site.zoom.asked("create"))
    answers = site.race(both(site, session, "start"))
    return session, answers, len(site.zoom.asked("create")) - before


def redeem(site, session):
    """Redeem one of Ben's tokens eight times at once."""
    token = site.post(session, "join-token", site.ben).json()["token"]
    return site.race([("/v1/sessions/join-token/validate/", site.ben, {"token": token})] * 8)


def active(site):
    session = site.make()
    site.post(session, "start", site.ada)
    site.post(session, "ready", site.ben)
    return session


def test_one_of_eight_starts_succeeds_with_one_meeting_and_one_message(site):
    for _ in range(3):
        session, answers, meetings = press_start(site)

        assert statuses(answers) == {200: 1, 400: 7}
        codes = {answer.json()["code"] for answer in answers if not answer.ok}
        assert codes <= {"start_in_progress", "already_started"}
        assert meetings == 1
        assert len(site.messages(session)) == 1
        assert site.logged(session) == {"created": 1, "started": 1, "zoom_link_generated": 1}


def test_without_the_lock_several_meetings_are_created(sabotaged_site):
    assert any(press_start(sabotaged_site)[2] > 1 for _ in range(ROUNDS))


def test_one_of_eight_validations_of_a_token_succeeds(site):
    session = active(site)
    for _ in range(3):
        answers = redeem(site, session)

        assert statuses(answers) == {200: 1, 400: 7}
        assert {each.json()["code"] for each in answers if not each.ok} == {"join_token_used"}
    assert site.logged(session)["joined"] == 3


def test_without_the_conditional_update_a_token_is_valid_more_than_once(sabotaged_site):
    session = active(sabotaged_site)

    assert any(statuses(redeem(sabotaged_site, session))[200] > 1 for _ in range(ROUNDS))


def cancelled_while_started(site):
    """Start and cancel at once. Whether the result is consistent, and no meeting is left."""
    site.zoom.meetings.clear()
    session = site.make()
    path = f"/v1/sessions/{session}/"
    start, *cancels = site.race(
        [(f"{path}start/", site.ada, None), *[(f"{path}cancel/", site.ben, None)] * 3]
    )
    return (
        statuses(cancels) == {200: 1, 400: 2}
        and start.status_code in {200, 400}
        and site.show(session)["status"] == "cancelled"
        and len(site.messages(session)) == (1 if start.status_code == 200 else 0)
        and site.zoom.meetings == {}
    )


def ready_at_once(site):
    """Whether both are marked ready, and each is logged once."""
    session = site.make()
    answers = site.race(both(site, session, "ready"))
    shown = site.show(session)
    return (
        statuses(answers) == {200: 8}
        and (shown["initiator_ready"], shown["participant_ready"]) == (True, True)
        and site.logged(session)["ready"] == 2
    )


def ended_at_once(site):
    session = active(site)
    answers = site.race(both(site, session, "end"))
    return statuses(answers) == {200: 1, 400: 7} and site.logged(session)["ended"] == 1


def created_while_blocked(site):
    """Whether no session outlives a friendship that ends while the session is created."""
    session, path = site.make(), f"/v1/friends/{site.ben_id}/block/"
    making = ("/v1/sessions/create/", site.ada, {"participant_id": site.ben_id})
    answers = site.race([making, making, (path, site.ada, None), making])
    live = [
        each
        for each in site.call("GET", "/v1/sessions/", site.ada).json()
        if each["status"] in {"pending", "active"}
    ]
    site.call("DELETE", path, site.ada)
    site.befriend()
    kept = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    return not {each["id"] for each in live} & {session, *kept}


RACES = pytest.mark.parametrize(
    "holds", [cancelled_while_started, ready_at_once, ended_at_once, created_while_blocked]
)


@RACES
def test_simultaneous_requests_have_a_consistent_result(site, holds):
    for _ in range(2):
        assert holds(site)


@RACES
def test_without_the_safeguards_the_result_is_inconsistent(sabotaged_site, holds):
    assert not all(holds(sabotaged_site) for _ in range(ROUNDS))
