"""Generates `docs/states.md` from the tables of actions, so that page and code agree."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import TextChoices

from core.lifecycle import Table
from sessions_app.states import (
    ACTIONS,
    IN_MODE,
    INITIAL,
    REQUEST_ACTIONS,
    Mode,
    RequestStatus,
    Role,
    Status,
)
from zoom import states as one_on_one

# In each table the first action without a URL; all after it have none either. Those of requests
# belong to actions on their session.
WITHOUT_URL, WITHOUT_URL_REQUESTS, WITHOUT_URL_ONE_ON_ONE = "schedule", "approve", "look"
HEADER = """\
# States

For everybody: the statuses of sessions, and the actions that change them.

Generated from the tables of actions in `sessions_app/states.py` and `zoom/states.py` by
`make docs`: don't edit this page. `make check` fails if it is out of date.
"""


def draw() -> str:
    """Return the whole page."""
    return "\n".join([HEADER, *group_sessions(), *one_on_ones()])


def group_sessions() -> list[str]:
    parts = ["## Group sessions\n"]
    for mode in Mode:
        statuses = [status for status in Status if status in IN_MODE[mode]]
        parts += [f"### Booking mode `{mode}`\n", diagram(ACTIONS, statuses, INITIAL[mode])]
    parts += ["### Every action\n", table(ACTIONS, WITHOUT_URL, Status, Role)]
    parts += ["### Booking requests\n"]
    parts += [diagram(REQUEST_ACTIONS, list(RequestStatus), RequestStatus.PENDING)]
    parts += [table(REQUEST_ACTIONS, WITHOUT_URL_REQUESTS, RequestStatus, Role)]
    return [*parts, "### Roles\n", roles(Role)]


def one_on_ones() -> list[str]:
    actions, statuses, held = one_on_one.ACTIONS, one_on_one.Status, one_on_one.Role
    parts = ["## 1-on-1 sessions\n", diagram(actions, list(statuses), statuses.PENDING)]
    parts += ["### Every action\n", table(actions, WITHOUT_URL_ONE_ON_ONE, statuses, held)]
    return [*parts, "### Roles\n", roles(held)]


def diagram(actions: Table, statuses: Collection[str], initial: str) -> str:
    """Return the transitions between these statuses as a Mermaid diagram."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {initial}"]
    for name, action in actions.items():
        if action.to in statuses:
            lines += [
                f"    {status} --> {action.to}: {name}"
                for status in statuses
                if status in action.states
            ]
    ends = {action.to for action in actions.values()} - {
        status for action in actions.values() if action.to for status in action.states
    }
    lines += [f"    {status} --> [*]" for status in statuses if status in ends]
    return "\n".join([*lines, "```", ""])


def table(
    actions: Table,
    first_without_url: str,
    statuses: type[TextChoices],
    held: type[TextChoices],
) -> str:
    """Return a table of all actions: roles, statuses, resulting status and refusals."""
    without_url = list(actions)[list(actions).index(first_without_url) :]
    lines = ["| action | who | in which statuses | leads to | refused |", "|---|---|---|---|---|"]
    for name, action in actions.items():
        label = f"{name} (no URL)" if name in without_url else f"`{name}`"
        who = ", ".join(role for role in held if role in action.roles)
        states = ", ".join(f"`{status}`" for status in statuses if status in action.states)
        rules = ", ".join(f"`{rule.refusal.code}`" for rule in action.rules)
        to = f"`{action.to}`" if action.to else ""
        lines.append(f"| {label} | {who} | {states} | {to} | {rules} |")
    return "\n".join([*lines, ""])


def roles(held: type[TextChoices]) -> str:
    return "\n".join([*(f"- **{role}**: {role.label}" for role in held), ""])
