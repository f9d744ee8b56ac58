"""What a list looks up by a session's facts is what the table of actions says of the session."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from core.lifecycle import allowed
from sessions_app.buttons import Facts, buttons
from sessions_app.states import ACTIONS, BUTTONS, IN_MODE, Mode, Viewer
from sessions_app.viewing import roles_of

HOUR = timedelta(hours=1)
YES_OR_NO = (False, True)


@pytest.mark.parametrize("policy", ["creator", "staff"])
@pytest.mark.parametrize("mode", Mode)
def test_the_allowed_actions_of_any_session_for_anybody_are_those_of_the_table(
    mode, policy, now, settings
):
    settings.SESSION_APPROVAL_POLICY = policy
    people = list(product(YES_OR_NO, repeat=5))
    moments = (now - 3 * HOUR, now - HOUR / 2, now, now + HOUR)

    for status, date, taken, asked in product(IN_MODE[mode], moments, (1, 2, 3), YES_OR_NO):
        session = Facts(status, mode, date, date + HOUR, 2, taken, has_requests=asked)
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

            assert buttons(session, viewer) == allowed(ACTIONS, session, viewer, names=BUTTONS)
