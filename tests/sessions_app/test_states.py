"""The table of actions as a whole: its order, and which status leads where (contract S4, S5)."""

from __future__ import annotations

from sessions_app.states import ACTIONS, BUTTONS, Status


def test_the_buttons_are_the_contracts_in_its_order() -> None:
    assert " ".join(BUTTONS) == (
        "join leave withdraw_request approve_request reject_request approve start complete "
        "cancel update delete"
    )


def test_statuses_lead_where_the_contract_says() -> None:
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
