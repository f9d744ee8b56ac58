"""The expected result of every action for each booking mode, role and status (contract S5–S9).

Written by hand from the contract, independently of the table of actions, which is compared with it.
A cell is `ok` or the code of the refusal; a single cell applies to all statuses of its line.
"""

from __future__ import annotations

from collections.abc import Iterator

INSTANT = ["upcoming", "ongoing", "completed", "cancelled", "expired"]
REQUEST = [
    "pending_approval",
    "approved",
    "scheduled",
    "ongoing",
    "completed",
    "cancelled",
    "expired",
]
ROLES = ["creator", "participant", "asker", "stranger", "staff", "anonymous", "clock"]

GRID = """
# join: an open session of somebody else, if not a participant or asker yet                   [S7]
join             instant creator        own_session       session_not_open*4
join             instant participant    already_joined    session_not_open*4
join             instant asker          already_requested session_not_open*4
join             instant stranger,staff ok                session_not_open*4
join             request creator        own_session*3       session_not_open*4
join             request participant    already_joined*3    session_not_open*4
join             request asker          already_requested*3 session_not_open*4
join             request stranger,staff ok*3                session_not_open*4

# leave: a participant, before it starts                                                      [S7]
leave            instant participant                  ok           cannot_leave*4
leave            instant creator,asker,stranger,staff not_joined   cannot_leave*4
leave            request participant                  ok*3         cannot_leave*4
leave            request creator,asker,stranger,staff not_joined*3 cannot_leave*4

# withdraw_request: a user with a pending request, otherwise 404                              [S8]
withdraw_request instant asker                              ok
withdraw_request instant creator,participant,stranger,staff no_pending_request
withdraw_request request asker                              ok
withdraw_request request creator,participant,stranger,staff no_pending_request

# decisions: the creator, while it is open; instant sessions have no requests to decide       [S8]
approve_request  instant creator                          no_pending_request
approve_request  instant participant,asker,stranger,staff not_creator
approve_request  request creator                          ok*3 cannot_decide*4
approve_request  request participant,asker,stranger,staff not_creator
reject_request   instant creator                          no_pending_request
reject_request   instant participant,asker,stranger,staff not_creator
reject_request   request creator                          ok*3 cannot_decide*4
reject_request   request participant,asker,stranger,staff not_creator

# approve: the creator (by this policy) and staff, while it waits for approval            [S6, S9]
approve          instant creator,staff              wrong_state
approve          instant participant,asker,stranger not_moderator
approve          request creator,staff              ok wrong_state*6
approve          request participant,asker,stranger not_moderator

# start: the creator, while it is upcoming, approved or scheduled                         [S5, S6]
start            instant creator                          ok wrong_state*4
start            instant participant,asker,stranger,staff not_creator
start            request creator                          wrong_state ok*2 wrong_state*4
start            request participant,asker,stranger,staff not_creator

# complete: the creator, and the scheduler long after its end                            [S6, S14]
complete         instant creator                          wrong_state ok wrong_state*3
complete         instant clock                            wrong_state ok wrong_state*3
complete         instant participant,asker,stranger,staff not_creator
complete         request creator                          wrong_state*3 ok wrong_state*3
complete         request clock                            wrong_state*3 ok wrong_state*3
complete         request participant,asker,stranger,staff not_creator

# cancel: the creator and staff, until it is over                                         [S5, S6]
cancel           instant creator,staff              ok*2 wrong_state*3
cancel           instant participant,asker,stranger not_creator_or_staff
cancel           request creator,staff              ok*4 wrong_state*3
cancel           request participant,asker,stranger not_creator_or_staff

# update: the creator, until it is over                                                       [S7]
update           instant creator                          ok*2 cannot_update*3
update           instant participant,asker,stranger,staff not_creator
update           request creator                          ok*4 cannot_update*3
update           request participant,asker,stranger,staff not_creator

# delete: the creator, unless it is ongoing or completed                                      [S7]
delete           instant creator                          ok cannot_delete*2 ok*2
delete           instant participant,asker,stranger,staff not_creator
delete           request creator                          ok*3 cannot_delete*2 ok*2
delete           request participant,asker,stranger,staff not_creator

# materials: its members and staff see them; its members add them, unless it was cancelled
# or has expired                                                                              [M2]
see_materials    instant creator,participant,staff ok
see_materials    instant asker,stranger            not_member_or_staff
see_materials    request creator,participant,staff ok
see_materials    request asker,stranger            not_member_or_staff
add_material     instant creator,participant       ok*3 cannot_add*2
add_material     instant asker,stranger,staff      not_member
add_material     request creator,participant       ok*5 cannot_add*2
add_material     request asker,stranger,staff      not_member

# change_material: the creator, always; the tests of materials cover the uploader             [M2]
change_material  instant creator                          ok
change_material  instant participant,asker,stranger,staff not_uploader
change_material  request creator                          ok
change_material  request participant,asker,stranger,staff not_uploader

# schedule: no URL; happens when a request for an approved session is approved            [S5, S8]
schedule         instant creator                          wrong_state
schedule         instant participant,asker,stranger,staff not_creator
schedule         request creator                          wrong_state ok wrong_state*5
schedule         request participant,asker,stranger,staff not_creator

# expire: no URL; the scheduler, if it was never started and is past its end             [S5, S14]
expire           instant clock                                    ok wrong_state*4
expire           instant creator,participant,asker,stranger,staff permission_denied
expire           request clock                                    ok*3 wrong_state*4
expire           request creator,participant,asker,stranger,staff permission_denied

# edit, remove: no URL; staff in the admin, until it is over (edit) or starts (remove)        [S7]
edit             instant staff                              ok*2 cannot_update*3
edit             instant creator,participant,asker,stranger permission_denied
edit             request staff                              ok*4 cannot_update*3
edit             request creator,participant,asker,stranger permission_denied
remove           instant staff                              ok cannot_leave*4
remove           instant creator,participant,asker,stranger permission_denied
remove           request staff                              ok*3 cannot_leave*4
remove           request creator,participant,asker,stranger permission_denied

# refuse: no URL; staff in the admin, while it waits for approval                             [S9]
refuse           instant staff                              wrong_state
refuse           instant creator,participant,asker,stranger permission_denied
refuse           request staff                              ok wrong_state*6
refuse           request creator,participant,asker,stranger permission_denied

# close: no URL; staff in the admin, if it is ongoing past its end, which it isn't here
close            instant staff                              wrong_state not_over wrong_state*3
close            instant creator,participant,asker,stranger permission_denied
close            request staff                              wrong_state*3 not_over wrong_state*3
close            request creator,participant,asker,stranger permission_denied
"""

# The refusals for the scheduler, for actions that it may not perform.
CLOCK_DENIED = {
    "join": "permission_denied",
    "leave": "permission_denied",
    "withdraw_request": "permission_denied",
    "approve": "not_moderator",
    "cancel": "not_creator_or_staff",
    "see_materials": "not_member_or_staff",
    "add_material": "not_member",
    "change_material": "not_uploader",
    "edit": "permission_denied",
    "remove": "permission_denied",
    "refuse": "permission_denied",
    "close": "permission_denied",
}

Cell = tuple[str, str, str, str, str]


def cells() -> Iterator[Cell]:
    """Yield (action, mode, role, status, expected result) for every combination."""
    actions = []
    for line in filter(None, (line.split("#")[0].split() for line in GRID.splitlines())):
        action, mode, roles, *given = line
        statuses = INSTANT if mode == "instant" else REQUEST
        for role in roles.split(","):
            expected = spread(given, len(statuses))
            yield from (
                (action, mode, role, status, code)
                for status, code in zip(statuses, expected, strict=True)
            )
        if action not in actions:
            actions.append(action)
    for action in actions:
        for mode, statuses in (("instant", INSTANT), ("request", REQUEST)):
            for status in statuses:
                yield action, mode, "anonymous", status, "not_authenticated"
                if action not in {"complete", "expire"}:
                    denied = CLOCK_DENIED.get(action, "not_creator")
                    yield action, mode, "clock", status, denied


def spread(given: list[str], length: int) -> list[str]:
    """Expand `["ok*2", "wrong_state"]` to `["ok", "ok", "wrong_state"]`, and a single cell to the
    whole line."""
    if len(given) == 1 and "*" not in given[0]:
        return given * length
    codes: list[str] = []
    for cell in given:
        code, _, times = cell.partition("*")
        codes += [code] * int(times or 1)
    return codes
