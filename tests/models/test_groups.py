"""Group sessions, with actions in any order: every answer, list, count and `allowed_actions` agrees
with a plain model of the contract (S2–S14, N2)."""

from __future__ import annotations

import pytest

from tests.models.group_machines import PEOPLE, BookingProgram, InstantProgram
from tests.models.programs import Program, run

pytestmark = pytest.mark.django_db
# A step that must have succeeded, or the programs would prove little.
REQUIRED = {InstantProgram: ("join", 201), BookingProgram: ("approve_request", 200)}


@pytest.mark.parametrize("machine", [InstantProgram, BookingProgram])
def test_every_answer_agrees_with_the_model(world, machine: type[Program]) -> None:
    made = world(*PEOPLE)

    run(machine, made)

    assert made.steps[REQUIRED[machine]]
