"""Draws `docs/states.md` from the tables of actions, so that the page can't tell another story."""

from __future__ import annotations

from sessions_app.states import ACTIONS, IN_MODE, INITIAL, Mode, Role, Status

WITHOUT_ADDRESS = tuple(ACTIONS)[tuple(ACTIONS).index("schedule") :]
HEADER = """\
# States

Drawn from the table of actions in `sessions_app/states.py` by `make docs`; don't edit it here.
`make check` fails when the table has moved on.
"""


def draw() -> str:
    """The whole page."""
    parts = [HEADER, "## Group sessions\n"]
    for mode in Mode:
        parts += [f"### Booking mode `{mode}`\n", diagram(mode)]
    parts += ["### Every action\n", table(), "### Roles\n", roles()]
    return "\n".join(parts)


def diagram(mode: Mode) -> str:
    """The mode's transitions, as Mermaid."""
    statuses = [status for status in Status if status in IN_MODE[mode]]
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {INITIAL[mode]}"]
    for name, action in ACTIONS.items():
        if action.to in statuses:
            lines += [
                f"    {status} --> {action.to}: {name}"
                for status in statuses
                if status in action.states
            ]
    ends = {action.to for action in ACTIONS.values()} - {
        status for action in ACTIONS.values() if action.to for status in action.states
    }
    lines += [f"    {status} --> [*]" for status in statuses if status in ends]
    return "\n".join([*lines, "```", ""])


def table() -> str:
    """Every action: who, when, under which further rules, and where it leads."""
    lines = ["| action | who | in which statuses | leads to | refused |", "|---|---|---|---|---|"]
    for name, action in ACTIONS.items():
        label = f"{name} (no address)" if name in WITHOUT_ADDRESS else f"`{name}`"
        who = ", ".join(role for role in Role if role in action.roles)
        states = ", ".join(f"`{status}`" for status in Status if status in action.states)
        rules = ", ".join(f"`{rule.refusal.code}`" for rule in action.rules)
        to = f"`{action.to}`" if action.to else ""
        lines.append(f"| {label} | {who} | {states} | {to} | {rules} |")
    return "\n".join([*lines, ""])


def roles() -> str:
    return "\n".join([*(f"- **{role}**: {role.label}" for role in Role), ""])
