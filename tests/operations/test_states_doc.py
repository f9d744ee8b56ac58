"""`docs/states.md` is drawn from the tables of actions, and is up to date."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from operations.states_doc import draw
from sessions_app.states import ACTIONS


def test_the_page_is_up_to_date():
    call_command("draw_states", "--check")


def test_a_stale_page_is_found(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()

    with pytest.raises(CommandError, match="stale"):
        call_command("draw_states", "--check")

    call_command("draw_states")
    call_command("draw_states", "--check")


INSIDE = {"schedule", "expire", "edit", "remove"}


def test_every_action_and_transition_is_on_it():
    page = draw()

    for name, action in ACTIONS.items():
        assert f"| `{name}`" in page if name not in INSIDE else f"| {name} (no address)" in page
        if action.to:
            assert f"--> {action.to}: {name}" in page
