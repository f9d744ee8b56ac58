"""Whatever people do with each other, in any order: each answer, button, list, log and number of
news is what a plain model of the contract says (F1–F3, O2–O7)."""

from __future__ import annotations

import pytest

from tests.models.pair_machines import PEOPLE, FriendProgram, MeetingProgram
from tests.models.programs import run
from tests.zoom.fake_zoom import FakeZoom

pytestmark = pytest.mark.django_db


def test_any_program_of_friends_is_answered_as_the_model_says(world) -> None:
    made = world(*PEOPLE)

    run(FriendProgram, made)

    assert made.steps["ask", 201]


def test_any_program_of_two_who_meet_is_answered_as_the_model_says(world, settings) -> None:
    made = world(*PEOPLE)
    with FakeZoom() as made.zoom:
        made.zoom.configure(settings)

        run(MeetingProgram, made)

        assert made.zoom.complaints == []
    assert made.steps["start", 200]
