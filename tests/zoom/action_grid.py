"""What every action must give: for each role and status (contract O2–O5).

Written down by hand from the contract, so that the table of actions has something to be wrong
against. A cell is `ok` or the code of the refusal; one cell stands for the whole line. Ada, the
initiator, has started what was started, and nobody is ready.
"""

from __future__ import annotations

from collections.abc import Iterator

STATUSES = ["pending", "active", "completed", "cancelled"]
ROLES = ["initiator", "participant", "stranger", "anonymous", "staff", "clock", "zoom"]

GRID = """
#          in the order: pending, active, completed, cancelled
# start: either of the two, once                                                       [O5]
start      initiator,participant              ok already_started cannot_start cannot_start
start      stranger,staff,clock,zoom          not_your_session
# ready: either of the two, until it is over                                           [O4]
ready      initiator,participant              ok ok cannot_be_ready cannot_be_ready
ready      stranger,staff,clock,zoom          not_your_session
# join_token: who started waits for the other, the other must be ready                 [O4]
join_token initiator                          not_active other_not_ready not_active not_active
join_token participant                        not_active not_marked_ready not_active not_active
join_token stranger,staff,clock,zoom          not_your_session
# leave: either of the two, while it goes on                                           [O7]
leave      initiator,participant              not_active ok not_active not_active
leave      stranger,staff,clock,zoom          not_your_session
# end, cancel: either of the two                                                       [O2]
end        initiator,participant              cannot_end ok cannot_end cannot_end
end        stranger,staff,clock,zoom          not_your_session
cancel     initiator,participant              ok ok cannot_cancel cannot_cancel
cancel     stranger,staff,clock,zoom          not_your_session
# look: either of the two, always                                                      [O3]
look       initiator,participant              ok
look       stranger,staff,clock,zoom          not_your_session
# activate: no address; a start whose meeting is there                                 [O5]
activate   initiator,participant              ok cannot_start cannot_start cannot_start
activate   stranger,staff,clock,zoom          not_your_session
# call_off: no address; the staff, and the clock after a week                          [O2]
call_off   staff,clock                        ok wrong_state wrong_state wrong_state
call_off   initiator,participant,stranger,zoom permission_denied
# complete: no address; the staff, the clock after a day, Zoom when two have been in   [O2, O8]
complete   staff,clock,zoom                   wrong_state ok wrong_state wrong_state
complete   initiator,participant,stranger     permission_denied
"""

Cell = tuple[str, str, str, str]


def cells() -> Iterator[Cell]:
    """(action, role, status, what it must give), for every combination there is."""
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
