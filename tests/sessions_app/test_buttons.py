"""The cached buttons of a session agree with the table of actions."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from core.lifecycle import allowed
from sessions_app.buttons import Facts, buttons
from sessions_app.states import ACTIONS, IN_MODE, Mode, Viewer
from sessions_app.viewing import roles_of

HOUR = timedelta(hours=1)
YES_OR_NO = (False, True)


@pytest.mark.parametrize("policy", ["creator", "staff"])
@pytest.mark.parametrize("mode", Mode)
def test_the_allowed_actions_of_every_session_and_viewer_agree_with_the_table(
    mode, policy, now, settings
):
    settings.SESSION_APPROVAL_POLICY = policy
    people = list(product(YES_OR_NO, repeat=5))
    dates = (now - 3 * HOUR, now - HOUR / 2, now, now + HOUR)

    for status, date, taken, requests in product(IN_MODE[mode], dates, (1, 2, 3), YES_OR_NO):
        session = Facts(status, mode, date, date + HOUR, 2, taken, has_requests=requests)
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

            assert buttons(session, viewer) == allowed(ACTIONS, session, viewer)
