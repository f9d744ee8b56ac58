from datetime import UTC, datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from bench.baselines.fastapi import schemas
from bench.baselines.fastapi.models import (
    BookingRequest,
    Material,
    Participant,
    Session,
    User,
)
from bench.baselines.rules import OPEN, allowed_actions, viewer_role


def is_in(user):
    return (
        select(Participant.id)
        .where(
            Participant.session_id == Session.id,
            Participant.user_id == user.id,
            Participant.left_at.is_(None),
        )
        .exists()
    )


def sessions(user) -> Select:
    """Select sessions, with the number of participants and four facts about the viewer."""
    requests = select(BookingRequest.id).where(BookingRequest.session_id == Session.id)
    mine = requests.where(BookingRequest.user_id == user.id)
    count = (
        select(func.count())
        .where(Participant.session_id == Session.id, Participant.left_at.is_(None))
        .scalar_subquery()
    )
    return select(
        Session,
        count,
        is_in(user),
        mine.where(BookingRequest.status == "pending").exists(),
        mine.where(BookingRequest.attempt == 3).exists(),
        requests.where(BookingRequest.status == "pending").exists(),
    ).options(joinedload(Session.creator))


def mine(user):
    return or_(Session.creator_id == user.id, is_in(user))


def present(row, user) -> dict:
    """Return the answer's fields for a row of `sessions`."""
    session, count, inside, asking, asked_enough, has_requests = row
    now = datetime.now(UTC)
    full, future = count >= session.max_participants, session.date > now
    creator = session.creator_id == user.id
    return {
        **{name: getattr(session, name) for name in COLUMNS},
        "participant_count": count,
        "is_full": full,
        "available_spots": session.max_participants - count,
        "can_join": session.status in OPEN and future and not full,
        "viewer_role": viewer_role(creator=creator, inside=inside, asking=asking),
        "allowed_actions": allowed_actions(
            status=session.status,
            mode=session.booking_mode,
            full=full,
            future=future,
            creator=creator,
            staff=user.is_staff,
            inside=inside,
            asking=asking,
            asked_enough=asked_enough,
            has_requests=has_requests,
        ),
    }


COLUMNS = [name for name in schemas.SessionOut.model_fields if hasattr(Session, name)]


async def with_details(db, user, rows) -> list[dict]:
    """Return the answer's fields for rows of `sessions`, with the rows that belong to each."""
    found = [present(row, user) for row in rows]
    by_id = {each["id"]: each for each in found}
    for each in found:
        each |= {"participants": [], "materials": [], "booking_requests": []}
    for place in await db.scalars(participants(by_id)):
        role = "tutor" if place.user.role == "instructor" else "student"
        shown = {"id": place.id, "user": place.user, "role": role, "joined_at": place.joined_at}
        by_id[place.session_id]["participants"].append(shown)
    for material in await db.scalars(materials(by_id, user)):
        by_id[material.session_id]["materials"].append(material)
    for request in await db.scalars(requests(by_id, user)):
        by_id[request.session_id]["booking_requests"].append(request)
    return found


def participants(ids) -> Select:
    return (
        select(Participant)
        .join(Participant.user)
        .options(contains_eager(Participant.user))
        .where(Participant.session_id.in_(ids), Participant.left_at.is_(None))
        .order_by(Participant.id)
    )


def materials(ids, user) -> Select:
    rows = (
        select(Material)
        .join(User, User.id == Material.uploaded_by_id)
        .join(Session, Session.id == Material.session_id)
        .options(contains_eager(Material.uploaded_by))
        .where(Material.session_id.in_(ids))
        .order_by(Material.id)
    )
    return rows if user.is_staff else rows.where(mine(user))


def requests(ids, user) -> Select:
    rows = (
        select(BookingRequest)
        .join(BookingRequest.user)
        .join(Session, Session.id == BookingRequest.session_id)
        .options(contains_eager(BookingRequest.user))
        .where(BookingRequest.session_id.in_(ids), BookingRequest.status != "withdrawn")
        .order_by(BookingRequest.status != "pending", BookingRequest.id.desc())
    )
    if user.is_staff:
        return rows
    return rows.where(or_(Session.creator_id == user.id, BookingRequest.user_id == user.id))


def pair(first, second, one: int, other: int):
    """Return the condition that two columns refer to these two, in the form of the indexes."""
    low, high = sorted([one, other])
    return and_(func.least(first, second) == low, func.greatest(first, second) == high)
