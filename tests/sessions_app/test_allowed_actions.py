"""`allowed_actions` lists exactly the public actions that nothing refuses (contract S4)."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from core.lifecycle import allowed, public_names, refusal
from sessions_app.models import Session
from sessions_app.states import ACTIONS, IN_MODE, Mode, Viewer
from sessions_app.viewing import roles_of

HOUR = timedelta(hours=1)
YES_OR_NO = (False, True)


@pytest.mark.parametrize("policy", ["creator", "staff"])
@pytest.mark.parametrize("mode", Mode)
def test_the_allowed_actions_of_every_session_and_viewer_are_those_without_a_refusal(
    mode, policy, now, settings
):
    settings.SESSION_APPROVAL_POLICY = policy
    people = list(product(YES_OR_NO, repeat=5))
    dates = (now - 3 * HOUR, now - HOUR / 2, now, now + HOUR)

    for status, date, taken, requests in product(IN_MODE[mode], dates, (1, 2, 3), YES_OR_NO):
        session = Session(status=status, booking_mode=mode, date=date, ends_at=date + HOUR)
        session.max_participants, session.participant_count = 2, taken
        session.has_requests = requests
        for creator, participant, asker, staff, enough in people:
            roles = roles_of(
                creator=creator,
                participant=participant,
                asker=asker,
                uploaded=False,
                staff=staff,
                moderated=policy == "staff",
            )
            viewer = Viewer(roles, now, asked_enough=enough)

            assert allowed(ACTIONS, session, viewer) == [
                name
                for name in public_names(ACTIONS)
                if refusal(ACTIONS[name], session, viewer) is None
            ]
