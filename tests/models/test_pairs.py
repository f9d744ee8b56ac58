"""Friendships, messages and 1-on-1 sessions, with actions in any order: every answer, list, log,
count and `allowed_actions` agrees with a plain model of the contract (F1–F3, O2–O7)."""

from __future__ import annotations

import pytest

from tests.models.pair_machines import PEOPLE, FriendProgram, MeetingProgram
from tests.models.programs import run
from tests.support.fake_zoom import FakeZoom

pytestmark = pytest.mark.django_db


def test_every_answer_about_friends_agrees_with_the_model(world) -> None:
    made = world(*PEOPLE)

    run(FriendProgram, made)

    assert made.steps["ask", 201]


def test_every_answer_about_one_on_ones_agrees_with_the_model(world, settings) -> None:
    made = world(*PEOPLE)
    with FakeZoom() as made.zoom:
        made.zoom.configure(settings)

        run(MeetingProgram, made)

        assert made.zoom.complaints == []
    assert made.steps["start", 200]
