"""The actions that a user may take on a session, as plain ifs, for all baselines."""

OPEN = {"upcoming", "pending_approval", "approved", "scheduled"}


def allowed_actions(
    *,
    status: str,
    mode: str,
    full: bool,
    future: bool,
    creator: bool,
    staff: bool,
    inside: bool,
    asking: bool,
    asked_enough: bool,
    has_requests: bool,
) -> list[str]:
    actions = []
    is_open = status in OPEN
    decides = is_open and creator and mode == "request" and has_requests
    stranger = not (creator or inside or asking)
    if is_open and stranger and future and not full and not asked_enough:
        actions.append("join")
    if is_open and inside:
        actions.append("leave")
    if asking:
        actions.append("withdraw_request")
    if decides and not full:
        actions.append("approve_request")
    if decides:
        actions.append("reject_request")
    if status == "pending_approval" and (creator or staff):
        actions.append("approve")
    if creator and status in ("upcoming", "approved", "scheduled"):
        actions.append("start")
    if creator and status == "ongoing":
        actions.append("complete")
    if (creator or staff) and (is_open or status == "ongoing"):
        actions.append("cancel")
    if creator and (is_open or status == "ongoing"):
        actions.append("update")
    if creator and (is_open or status in ("cancelled", "expired")):
        actions.append("delete")
    return actions


def viewer_role(*, creator: bool, inside: bool, asking: bool) -> str | None:
    if creator:
        return "creator"
    if inside:
        return "participant"
    return "requested" if asking else None
