"""Programs of steps that Hypothesis generates, each in a transaction that is rolled back.

A state machine does every step twice, on the server over its API and on a plain model of the
contract, and compares the answers. `MODEL_PROGRAMS=500 pytest tests/models` runs 500 programs of
each machine, with 50 steps instead of 20; `--hypothesis-seed=8` repeats the same ones.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User

REQUESTED = os.environ.get("MODEL_PROGRAMS")
PROGRAMS, STEPS = int(REQUESTED or 4), 50 if REQUESTED else 20
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
# Few numbers, so that a program uses the same objects again and again.
numbers = st.integers(0, 3)


@dataclass
class World:
    """What all programs of a test share.

    Attributes:
        clients: by user name. They send no tokens, which would expire when the clock moves.
        length: the number of steps of all programs, also of those that only read.
        steps: the number of acts compared, by name and status of the answer.
    """

    users: dict[str, User]
    clients: dict[str, APIClient]
    zoom: Any = None
    programs: int = 0
    length: int = 0
    steps: Counter[tuple[str, int]] = field(default_factory=Counter)


class Program(RuleBasedStateMachine):
    """One program, with its own transaction and clock."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.travel = time_machine.travel(START, tick=False)
        self.clock = self.travel.start()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.world.programs += 1

    @invariant()
    def has_taken_a_step(self) -> None:
        self.world.length += 1

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        self.travel.stop()

    def pass_time(self, time: timedelta) -> None:
        self.now += time
        self.clock.move_to(self.now)

    def call(self, who: str, method: str, path: str, body: Any = None) -> Response:
        send = getattr(self.world.clients[who], method)
        answer: Response = send(path, body, format="json") if method != "get" else send(path)
        return answer

    def get(self, who: str, path: str) -> Any:
        answer = self.call(who, "get", path)
        assert answer.status_code == 200, (who, path, answer.json())
        return answer.json()

    def compare(self, name: str, expected: int, answer: Response) -> bool:
        """Assert that the status is the model's. Return whether it is a success."""
        text = answer.content.decode()
        assert answer.status_code == expected, f"{name}: model {expected}, server {text}"
        self.world.steps[name, expected] += 1
        return expected < 300


def run(machine: type[Program], world: World) -> None:
    """Run `MODEL_PROGRAMS` programs; by default a few, which are the same in every run.

    They still change when the code does, because Hypothesis also draws from the constants in it.
    So a step on which a test depends belongs in `begin`.
    """
    machine.world = world
    options = settings(
        max_examples=PROGRAMS,
        stateful_step_count=STEPS,
        derandomize=REQUESTED is None,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        # A step sends several requests, which Hypothesis finds too slow.
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(machine, settings=options)
    done = f"{world.programs} programs of {world.length / world.programs:.0f} steps"
    print(f"{machine.__name__}: {done}, {world.steps.total()} acts compared")
