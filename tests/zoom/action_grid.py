"""The expected result of every action, for each role and status (contract O2–O5).

Written by hand from the contract, to compare the table of actions with it. A cell is `ok` or the
error code; a single cell applies to all statuses. If the session is started, the initiator has
started it. Nobody is ready.
"""

from __future__ import annotations

from collections.abc import Iterator

STATUSES = ["pending", "active", "completed", "cancelled"]
ROLES = ["initiator", "participant", "stranger", "anonymous", "staff", "clock", "zoom"]

GRID = """
#          for the statuses pending, active, completed, cancelled
# start: both people, once                                                             [O5]
start      initiator,participant              ok already_started cannot_start cannot_start
start      stranger,staff,clock,zoom          not_your_session
# ready: both people, until the session is over                                        [O4]
ready      initiator,participant              ok ok cannot_be_ready cannot_be_ready
ready      stranger,staff,clock,zoom          not_your_session
# join_token: the starter if the other is ready, the other one if ready themselves     [O4]
join_token initiator                          not_active other_not_ready not_active not_active
join_token participant                        not_active not_marked_ready not_active not_active
join_token stranger,staff,clock,zoom          not_your_session
# leave: both people, while the session is active                                      [O7]
leave      initiator,participant              not_active ok not_active not_active
leave      stranger,staff,clock,zoom          not_your_session
# end, cancel: both people                                                             [O2]
end        initiator,participant              cannot_end ok cannot_end cannot_end
end        stranger,staff,clock,zoom          not_your_session
cancel     initiator,participant              ok ok cannot_cancel cannot_cancel
cancel     stranger,staff,clock,zoom          not_your_session
# look: both people, always                                                            [O3]
look       initiator,participant              ok
look       stranger,staff,clock,zoom          not_your_session
# activate: no URL; the end of a start, when the meeting is created                    [O5]
activate   initiator,participant              ok cannot_start cannot_start cannot_start
activate   stranger,staff,clock,zoom          not_your_session
# call_off: no URL; staff, and the scheduler after a week                              [O2]
call_off   staff,clock                        ok wrong_state wrong_state wrong_state
call_off   initiator,participant,stranger,zoom permission_denied
# complete: no URL; staff, the scheduler after a day, Zoom if two people joined        [O2, O8]
complete   staff,clock,zoom                   wrong_state ok wrong_state wrong_state
complete   initiator,participant,stranger     permission_denied
"""

Cell = tuple[str, str, str, str]


def cells() -> Iterator[Cell]:
    """Yield (action, role, status, expected result) for every combination."""
    actions = []
    for line in filter(None, (line.split("#")[0].split() for line in GRID.splitlines())):
        action, roles, *given = line
        expected = given * len(STATUSES) if len(given) == 1 else given
        for role in roles.split(","):
            for status, code in zip(STATUSES, expected, strict=True):
                yield action, role, status, code
        if action not in actions:
            actions.append(action)
    for action in actions:
        for status in STATUSES:
            yield action, "anonymous", status, "not_authenticated"
