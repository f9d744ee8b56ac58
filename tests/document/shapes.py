"""The shapes of the answers in the tutoring document: each key with its type."""

import re
from typing import Any

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ADDRESS = re.compile(r"https?://\S+")

USER = {
    "id": int,
    "first_name": str,
    "last_name": str,
    "email": str,
    "role": {"student", "instructor"},
}
PARTICIPANT = {
    "id": int,
    "user": USER,
    "joined_at": MOMENT,
    "role": {"student", "tutor"},
}
SESSION = {
    "id": int,
    "title": str,
    "description": str,
    "date": MOMENT,
    "max_participants": int,
    "creator": USER,
    "status": {"upcoming", "ongoing", "completed", "cancelled"},
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "is_full": bool,
    "available_spots": int,
    "can_join": bool,
}
LISTED = SESSION | {"participant_count": int}
DETAIL = SESSION | {"participants": [PARTICIPANT]}
PAGE = {"count": int, "next": (None, ADDRESS), "previous": (None, ADDRESS), "results": [LISTED]}
DONE = {"message": str, "session": DETAIL}
ERROR = {"error": str}


def problem(shape: Any, value: Any, where: str = "answer") -> str:
    """Return where a value differs from its shape; "" if nowhere. Additional keys are allowed.

    A shape is a JSON type, a pattern or a set of texts, a tuple of alternatives, a list of one
    shape for all items, or a dict of shapes.
    """
    match shape:
        case dict():
            if not isinstance(value, dict):
                return f"{where} isn't an object: {value!r}"
            missing = shape.keys() - value.keys()
            if missing:
                return f"{where} lacks {sorted(missing)}"
            parts = (problem(shape[key], value[key], f"{where}.{key}") for key in shape)
            return next(filter(None, parts), "")
        case list():
            inner = shape[0]
            if not isinstance(value, list):
                return f"{where} isn't an array: {value!r}"
            parts = (problem(inner, each, f"{where}[{n}]") for n, each in enumerate(value))
            return next(filter(None, parts), "")
        case tuple():
            fits = any(not problem(each, value) for each in shape)
        case None:
            fits = value is None
        case set():
            fits = isinstance(value, str) and value in shape
        case re.Pattern():
            fits = isinstance(value, str) and shape.fullmatch(value) is not None
        case _:
            # In Python, True is an int; in JSON, true isn't a number.
            fits = type(value) is shape
    return "" if fits else f"{where} is {value!r}, not {shape}"
