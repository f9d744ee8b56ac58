"""The table of actions: its order, and the changes of status that it allows (contract S4, S5)."""

from __future__ import annotations

from core.lifecycle import public_names
from sessions_app.states import ACTIONS, Status


def test_the_public_actions_are_the_contracts_in_its_order() -> None:
    assert " ".join(public_names(ACTIONS)) == (
        "join leave withdraw_request approve_request reject_request approve start complete "
        "cancel update delete"
    )


def test_each_status_can_change_to_the_statuses_in_the_contract() -> None:
    leads = {
        status: {action.to for action in ACTIONS.values() if action.to and status in action.states}
        for status in Status
    }

    assert leads == {
        "upcoming": {"ongoing", "cancelled", "expired"},
        "pending_approval": {"approved", "cancelled", "expired"},
        "approved": {"scheduled", "ongoing", "cancelled", "expired"},
        "scheduled": {"ongoing", "cancelled", "expired"},
        "ongoing": {"completed", "cancelled"},
        "completed": set(),
        "cancelled": set(),
        "expired": set(),
    }
