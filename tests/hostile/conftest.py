"""The fixture with people and data for hostile requests."""

from __future__ import annotations

import pytest

from tests.hostile.world import World


@pytest.fixture
def world(settings, person, session, api):
    settings.DISABLE_THROTTLING = True
    settings.ZOOM_WEBHOOK_SECRET = "a-secret"
    return World(person, session, api)
