"""What holds when the two press at the same moment, on several servers (contract O5, O6). Each
promise has its negative control: the same race on servers without the safeguard, which passes when
a broken promise shows."""

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
    """Both do it four times."""
    path = f"/v1/sessions/{session}/{action}/"
    return [(path, site.ada, None), (path, site.ben, None)] * 4


def press_start(site):
    """Both press start four times: the session, the answers, how many meetings were asked for."""
    session, before = site.make(), len(site.zoom.asked("create"))
    answers = site.race(both(site, session, "start"))
    return session, answers, len(site.zoom.asked("create")) - before


def redeem(site, session):
    """Ben's token, eight times at once."""
    token = site.post(session, "join-token", site.ben).json()["token"]
    return site.race([("/v1/sessions/join-token/validate/", site.ben, {"token": token})] * 8)


def active(site):
    session = site.make()
    site.post(session, "start", site.ada)
    site.post(session, "ready", site.ben)
    return session


def test_of_eight_starts_one_wins_with_one_meeting_and_one_message(site):
    for _ in range(3):
        session, answers, meetings = press_start(site)

        assert statuses(answers) == {200: 1, 400: 7}
        codes = {answer.json()["code"] for answer in answers if not answer.ok}
        assert codes <= {"start_in_progress", "already_started"}
        assert meetings == 1
        assert len(site.messages(session)) == 1
        assert site.logged(session) == {"created": 1, "started": 1, "zoom_link_generated": 1}


def test_without_the_lock_several_meetings_are_made(sabotaged_site):
    assert any(press_start(sabotaged_site)[2] > 1 for _ in range(ROUNDS))


def test_of_eight_validations_of_a_token_one_succeeds(site):
    session = active(site)
    for _ in range(3):
        answers = redeem(site, session)

        assert statuses(answers) == {200: 1, 400: 7}
        assert {each.json()["code"] for each in answers if not each.ok} == {"join_token_used"}
    assert site.logged(session)["joined"] == 3


def test_without_the_conditional_update_a_token_is_good_more_than_once(sabotaged_site):
    session = active(sabotaged_site)

    assert any(statuses(redeem(sabotaged_site, session))[200] > 1 for _ in range(ROUNDS))


def test_starting_against_cancelling_leaves_no_meeting_and_one_story(site):
    site.zoom.meetings.clear()
    for _ in range(3):
        session = site.make()
        path = f"/v1/sessions/{session}/"

        start, cancel = site.race(
            [(f"{path}start/", site.ada, None), (f"{path}cancel/", site.ben, None)]
        )

        assert cancel.status_code == 200
        assert start.status_code in {200, 400}
        assert site.show(session)["status"] == "cancelled"
        assert len(site.messages(session)) == (1 if start.status_code == 200 else 0)
        assert site.zoom.meetings == {}


def test_ready_from_both_at_once_is_kept_for_both_and_logged_once_each(site):
    session = site.make()

    answers = site.race(both(site, session, "ready"))

    shown = site.show(session)
    assert statuses(answers) == {200: 8}
    assert (shown["initiator_ready"], shown["participant_ready"]) == (True, True)
    assert site.logged(session)["ready"] == 2


def test_eight_ends_at_once_end_it_once(site):
    session = active(site)

    answers = site.race(both(site, session, "end"))

    assert statuses(answers) == {200: 1, 400: 7}
    assert site.logged(session)["ended"] == 1
