"""`docs/states.md` is generated from the tables of actions, and is up to date."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from operations.states_doc import draw
from sessions_app import states as group_sessions
from zoom import states as one_on_one


def test_the_page_is_up_to_date():
    call_command("draw_states", "--check")


def test_a_stale_page_is_found(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()

    with pytest.raises(CommandError, match="stale"):
        call_command("draw_states", "--check")

    call_command("draw_states")
    call_command("draw_states", "--check")


WITHOUT_URL = [
    (group_sessions, {"schedule", "expire", "edit", "remove", "refuse", "close"}),
    (one_on_one, {"look", "activate", "call_off", "complete"}),
]


@pytest.mark.parametrize(("states", "without_url"), WITHOUT_URL)
def test_every_action_and_transition_is_on_the_page(states, without_url):
    page = draw()

    for name, action in states.ACTIONS.items():
        assert f"| `{name}`" in page if name not in without_url else f"| {name} (no URL)" in page
        if action.to:
            assert f"--> {action.to}: {name}" in page
