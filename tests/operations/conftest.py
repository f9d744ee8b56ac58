"""A person who has used every feature, to be exported and erased."""

from __future__ import annotations

import pytest

from tests.operations.full_life import make_life


@pytest.fixture
def life(settings, tmp_path, now, django_capture_on_commit_callbacks):
    settings.DEBUG = True  # 1-on-1 sessions meet in stand-in rooms
    settings.MEDIA_ROOT = tmp_path / "media"
    with django_capture_on_commit_callbacks(execute=True):
        return make_life(now)
