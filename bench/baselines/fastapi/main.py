import os
from datetime import UTC, date, datetime
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.baselines.fastapi import reading, schemas
from bench.baselines.fastapi.database import get_db
from bench.baselines.fastapi.models import (
    Friendship,
    Message,
    Notification,
    Participant,
    Session,
    User,
)

app = FastAPI()
bearer = HTTPBearer()
DB = Annotated[AsyncSession, Depends(get_db)]
PageNumber = Annotated[int, Query(ge=1)]
PageSize = Annotated[int, Query(ge=1)]


async def current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)], db: DB
) -> User:
    try:
        claims = jwt.decode(credentials.credentials, os.environ["SECRET_KEY"], ["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401, "The token is not valid.") from None
    user = await db.get(User, int(claims["user_id"]))
    if claims["token_type"] != "access" or user is None or not user.is_active:
        raise HTTPException(401, "The token is not valid.")
    return user


Me = Annotated[User, Depends(current_user)]


async def read_page(db, request, user, where, order, number, size):
    """Return the count and the rows of a page, with its links."""
    size = min(size, 100)
    count = await db.scalar(select(func.count()).select_from(Session).where(*where))
    rows = await db.execute(
        reading.sessions(user)
        .where(*where)
        .order_by(*order)
        .limit(size)
        .offset((number - 1) * size)
    )
    links = {
        "count": count,
        "next": link(request, number + 1) if number * size < count else None,
        "previous": link(request, number - 1) if number > 1 else None,
    }
    return links, rows.all()


def link(request, number):
    return str(request.url.include_query_params(page=number))


LATEST_FIRST = (Session.date.desc(), Session.id.desc())


@app.get("/api/sessions/")
async def sessions(
    request: Request,
    db: DB,
    user: Me,
    status: str | None = None,
    level: str | None = None,
    subject: str | None = None,
    date_from: datetime | date | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 20,
) -> schemas.PageOut:
    where = []
    if status:
        where.append(Session.status.in_(status.split(",")))
    if level:
        where.append(Session.level == level)
    if subject:
        where.append(Session.subject.icontains(subject, autoescape=True))
    if date_from:
        moment = datetime(date_from.year, date_from.month, date_from.day, tzinfo=UTC)
        where.append(Session.date >= (date_from if is_aware(date_from) else moment))
    order = (Session.date, Session.id) if date_from else LATEST_FIRST
    links, rows = await read_page(db, request, user, where, order, page, page_size)
    return links | {"results": [reading.present(row, user) for row in rows]}


def is_aware(moment):
    return isinstance(moment, datetime) and moment.tzinfo is not None


@app.get("/api/sessions/my_sessions/")
async def my_sessions(
    request: Request, db: DB, user: Me, page: PageNumber = 1
) -> schemas.MySessionsOut:
    where = [reading.mine(user)]
    links, rows = await read_page(db, request, user, where, LATEST_FIRST, page, 100)
    details = await reading.with_details(db, user, rows)
    return links | {
        "results": details,
        "created": [each for each in details if each["viewer_role"] == "creator"],
        "joined": [each for each in details if each["viewer_role"] != "creator"],
    }


@app.get("/api/sessions/{pk}/")
async def session(pk: int, db: DB, user: Me) -> schemas.SessionDetailOut:
    return await read_detail(db, user, pk)


async def read_detail(db, user, pk):
    rows = (await db.execute(reading.sessions(user).where(Session.id == pk))).all()
    if not rows:
        raise HTTPException(404, "Not found.")
    return (await reading.with_details(db, user, rows))[0]


@app.post("/api/sessions/{pk}/join/", status_code=201)
async def join(pk: int, db: DB, user: Me) -> schemas.JoinedOut:
    now = datetime.now(UTC).replace(microsecond=0)
    row = await db.scalar(select(Session).where(Session.id == pk).with_for_update())
    if row is None:
        raise HTTPException(404, "Not found.")
    present = select(func.count()).where(
        Participant.session_id == pk, Participant.left_at.is_(None)
    )
    full = await db.scalar(present) >= row.max_participants
    known = row.creator_id == user.id or await db.scalar(
        present.where(Participant.user_id == user.id)
    )
    if full or known or row.status != "upcoming" or row.date <= now:
        raise HTTPException(400, "You can't join this session.")
    place = Participant(session_id=pk, user_id=user.id, joined_at=now)
    news = Notification(
        user_id=row.creator_id,
        session_id=pk,
        type="session_update",
        event="joined",
        title=f"New participant in {row.title}",
        message=f"{user.first_name} {user.last_name} joined your session.",
        read=False,
        created_at=now,
    )
    db.add_all([place, news])
    await db.commit()
    return {
        "id": place.id,
        "user": user,
        "message": "Successfully joined the session",
        "status": "approved",
        "requested_at": now,
        "session": await read_detail(db, user, pk),
    }


@app.get("/api/notifications/")
async def notifications(db: DB, user: Me) -> list[schemas.NotificationOut]:
    rows = select(Notification).where(Notification.user_id == user.id)
    return await db.scalars(rows.order_by(Notification.id.desc()).limit(100))


@app.get("/v1/friends/{user_id}/messages/")
async def messages(user_id: int, db: DB, user: Me) -> list[schemas.MessageOut]:
    friendship = reading.pair(Friendship.from_user_id, Friendship.to_user_id, user.id, user_id)
    were = select(Friendship.id).where(friendship, Friendship.since.is_not(None))
    if await db.scalar(were) is None:
        raise HTTPException(403, "Not your friend.")
    conversation = reading.pair(Message.sender_id, Message.recipient_id, user.id, user_id)
    rows = select(Message).where(conversation).order_by(Message.id.desc()).limit(100)
    return await db.scalars(rows)
