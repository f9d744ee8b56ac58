"""Whatever people do with group sessions, in any order: each answer, button, count, list and
number of news is what a plain model of the contract says (S2–S14, N2)."""

from __future__ import annotations

import pytest

from tests.models.group_machines import PEOPLE, BookingProgram, InstantProgram
from tests.models.programs import Program, run

pytestmark = pytest.mark.django_db
# What must have been done, or the programs would prove little.
BEEN = {InstantProgram: ("join", 201), BookingProgram: ("approve_request", 200)}


@pytest.mark.parametrize("machine", [InstantProgram, BookingProgram])
def test_any_program_is_answered_as_the_model_says(world, machine: type[Program]) -> None:
    made = world(*PEOPLE)

    run(machine, made)

    assert made.steps[BEEN[machine]]
