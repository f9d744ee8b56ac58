"""The code that is mutated, and the tests that are run."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The most important code: lifecycle, permissions, tokens, services, webhooks.
CODE = (
    "core/lifecycle.py",
    "*/states.py",
    "*/refusals.py",
    "*/querysets.py",
    "sessions_app/viewing.py",
    "accounts/authentication.py",
    "accounts/tokens.py",
    "accounts/staff_acts.py",
    "zoom/client/tokens.py",
    "zoom/webhooks.py",
    "zoom/views/webhook.py",
    "*/services.py",
    "*/services/*.py",
)
TESTS = (
    "proof/mutants/warm_up.py",
    "tests/accounts",
    "tests/friendships",
    "tests/materials",
    "tests/notifications/test_news.py",
    "tests/notifications/test_notifications.py",
    "tests/notifications/test_pushed_notifications.py",
    "tests/operations/test_erasing.py",
    "tests/operations/test_exporting.py",
    "tests/sessions_app",
    "tests/zoom",
)
# Tests that run servers in other processes can't see a mutant, which is in one process only. Tests
# of plans or memory use take long and check few rules.
APART = (
    "races.py",
    "over_http.py",
    "test_limits.py",
    "test_memory.py",
    "test_stalled_downloads.py",
    "test_plans.py",
    "test_time_zones.py",
    "test_client.py",
    "test_client_secrets.py",
    "test_client_troubles.py",
    "test_zooms_description.py",
)


def code_files() -> list[str]:
    """Return the paths of the mutated modules, relative to the root."""
    found = {path for pattern in CODE for path in ROOT.glob(pattern)}
    return sorted(str(path.relative_to(ROOT)) for path in found if path.stat().st_size)


def is_apart(path: str) -> bool:
    return path.endswith(APART)
