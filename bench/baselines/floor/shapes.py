"""Rows as JSON."""

from bench.baselines.rules import OPEN, allowed_actions, viewer_role


def person(row):
    """Return the JSON object for the seven columns of `sql.PERSON`."""
    return {
        "id": row[0],
        "username": row[1],
        "first_name": row[2],
        "last_name": row[3],
        "email": row[4],
        "role": row[5],
        "date_joined": row[6],
    }


def session(row, me, staff, now):
    """Return the JSON object for the columns of `sql.SESSIONS`."""
    status, mode, date, places, taken = row[9], row[8], row[5], row[7], row[12]
    inside, asking, asked_enough, has_requests = row[20:]
    full, future, creator = taken >= places, date > now, row[13] == me
    return {
        "id": row[0],
        "title": row[1],
        "description": row[2],
        "subject": row[3],
        "level": row[4],
        "date": date,
        "duration": row[6],
        "max_participants": places,
        "booking_mode": mode,
        "creator": person(row[13:20]),
        "status": status,
        "created_at": row[10],
        "updated_at": row[11],
        "participant_count": taken,
        "is_full": full,
        "available_spots": places - taken,
        "can_join": status in OPEN and future and not full,
        "viewer_role": viewer_role(creator=creator, inside=inside, asking=asking),
        "allowed_actions": allowed_actions(
            status=status,
            mode=mode,
            full=full,
            future=future,
            creator=creator,
            staff=staff,
            inside=inside,
            asking=asking,
            asked_enough=asked_enough,
            has_requests=has_requests,
        ),
    }


def participant(row):
    return {
        "id": row[1],
        "user": person(row[3:]),
        "role": "tutor" if row[8] == "instructor" else "student",
        "status": "approved",
        "joined_at": row[2],
    }


def material(row):
    return {
        "id": row[1],
        "title": row[2],
        "type": row[3],
        "url": row[4],
        "file": "",
        "file_name": row[5],
        "content": row[6],
        "uploaded_by": person(row[8:]),
        "uploaded_at": row[7],
    }


def request(row):
    return {
        "id": row[1],
        "user": person(row[5:]),
        "message": row[2],
        "status": row[3],
        "requested_at": row[4],
    }


def notification(row):
    return {
        "id": row[0],
        "user": row[1],
        "title": row[2],
        "message": row[3],
        "type": row[4],
        "session": row[5],
        "read": row[6],
        "created_at": row[7],
    }


def message(row):
    return {
        "id": row[0],
        "sender": row[1],
        "recipient": row[2],
        "text": row[3],
        "session": row[4],
        "read": row[5],
        "created_at": row[6],
    }
