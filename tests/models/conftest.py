"""The people who take part in the generated programs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

# So that a failing assertion shows the values that differ.
pytest.register_assert_rewrite("tests.models.group_machines", "tests.models.pair_machines")

from tests.models.programs import World  # noqa: E402  # must follow the registration above


@pytest.fixture
def world(settings, person) -> Callable[..., World]:
    """`world("ada", "ben")`: users with these names, and their clients; most are students."""
    settings.DISABLE_THROTTLING = True
    facts = {"ines": {"role": "instructor"}, "root": {"is_staff": True, "is_superuser": True}}

    def make(*names: str) -> World:
        users = {name: person(name, **facts.get(name, {})) for name in names}
        clients = {name: APIClient() for name in names}
        for name, client in clients.items():
            client.force_authenticate(users[name])
        return World(users, clients)

    return make
