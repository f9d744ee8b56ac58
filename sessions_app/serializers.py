"""What the session endpoints take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.exceptions import ValidationError

from core import dates
from core.api.fields import (
    IdField,
    Input,
    MomentField,
    OffsetField,
    OptionField,
    TextField,
    TimezoneField,
    WholeNumberField,
)
from sessions_app import limits
from sessions_app.states import Level, Mode, Status

REQUEST_KEYS = frozenset({"subject", "level", "duration", "timezone_offset"})


def mode_asked_for(body: Any) -> Mode | None:
    """The booking mode of a create request (contract S1): the one it names, else the one whose
    document has its keys. None if it names one that doesn't exist."""
    if "booking_mode" in body:
        named = body["booking_mode"]
        return Mode(named) if named in Mode.values else None
    return Mode.REQUEST if REQUEST_KEYS & body.keys() else Mode.INSTANT


class SessionInput(Input):
    """The fields of a session, and how its date is to be read.

    Takes from its context `mode`, the session's booking mode, and `now`.
    """

    title = TextField(max_length=limits.TITLE)
    description = TextField(max_length=limits.DESCRIPTION)
    date = MomentField(help_text="In the future, at most ten years ahead.")
    max_participants = WholeNumberField(
        minimum=limits.MIN_PARTICIPANTS,
        maximum=limits.MAX_PARTICIPANTS[Mode.REQUEST],
        help_text="At most 20 for an `instant` session, 50 for a `request` session.",
    )
    subject = TextField(
        max_length=limits.SUBJECT,
        required=False,
        allow_blank=True,
        help_text="Required for a `request` session.",
    )
    level = OptionField(
        choices=Level.choices, required=False, help_text="Required for a `request` session."
    )
    duration = WholeNumberField(
        minimum=limits.MIN_DURATION,
        maximum=limits.MAX_DURATION,
        required=False,
        help_text="In minutes; 60 unless told.",
    )
    booking_mode = OptionField(
        choices=Mode.choices,
        required=False,
        help_text="Unless told, `request` if any of `subject`, `level`, `duration` and "
        "`timezone_offset` is sent, else `instant`; then fixed.",
    )
    timezone_offset = OffsetField(
        required=False,
        help_text="For a date without an offset: minutes from local time to UTC, as JavaScript's "
        f"`getTimezoneOffset()` gives them, from -{dates.MAX_OFFSET} to {dates.MAX_OFFSET}.",
    )
    timezone = TimezoneField(required=False, help_text="An IANA name; wins over `timezone_offset`.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mode = self.context.get("mode") or Mode.REQUEST
        self.fields["max_participants"].maximum = limits.MAX_PARTICIPANTS[mode]
        self.fields["subject"].allow_blank = self.context.get("mode") != Mode.REQUEST

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        zone = data.pop("timezone", None)
        offset = self._offset(data)
        moment = data.pop("date", None)
        if moment is not None and not self.is_unchanged(moment):
            data["date"] = self._read_date(moment, offset, zone)
        return data

    def _offset(self, data: dict[str, Any]) -> int | None:
        """The offset, checked unless the date has its own and so makes it idle."""
        if "timezone_offset" not in data:
            return None
        offset, moment = data.pop("timezone_offset"), data.get("date")
        if moment is not None and moment.tzinfo is not None:
            return None
        try:
            dates.check_offset(offset)
        except ValueError as error:
            raise ValidationError({"timezone_offset": str(error)}) from None
        return int(offset)

    def _read_date(self, moment: datetime, offset: int | None, zone: str | None) -> datetime:
        try:
            date = dates.to_utc(moment, offset=offset, zone=zone)
        except ValueError as error:
            raise ValidationError({"date": str(error)}) from None
        problem = limits.date_problem(date, self.context["now"])
        if problem:
            raise ValidationError({"date": problem})
        return date

    def is_unchanged(self, moment: datetime) -> bool:
        """Is it the date that the session has already?"""
        return False


class CreateInput(SessionInput):
    """A new session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.context.get("mode") == Mode.REQUEST
        self.fields["subject"].required = self.fields["level"].required = asked


class UpdateInput(SessionInput):
    """Any part of a session; what isn't sent stays as it is."""

    status = OptionField(
        choices=Status.choices,
        required=False,
        help_text="For a `request` session: moves it there, under the rules of the action that "
        "does the same. Ignored for an `instant` session.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, partial=True, **kwargs)
        # For an instant session it is read-only, so it isn't looked at (contract S6).
        if self.context.get("mode") == Mode.INSTANT:
            del self.fields["status"]

    def is_unchanged(self, moment: datetime) -> bool:
        if moment.tzinfo is None:
            return dates.same_minute(moment, self.instance.date)
        return bool(moment == self.instance.date)

    def validate_booking_mode(self, mode: str) -> str:
        if mode != self.instance.booking_mode:
            raise ValidationError("A session's booking mode can't be changed.")
        return mode


class DecisionInput(Input):
    """Whose request is decided."""

    user_id = IdField()


class JoinInput(Input):
    """What may be said when joining."""

    message = TextField(
        max_length=limits.MESSAGE,
        required=False,
        allow_blank=True,
        help_text="For the creator of a `request` session.",
    )


class CancelInput(Input):
    """Why a session is called off."""

    reason = TextField(max_length=limits.MESSAGE, required=False, allow_blank=True)
