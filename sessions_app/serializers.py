"""The inputs of the session endpoints."""

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


def requested_mode(body: Any) -> Mode | None:
    """Return the booking mode of a create request (contract S1): the one it names or, if it names
    none, the one that its keys imply. None if it names one that doesn't exist."""
    if "booking_mode" in body:
        named = body["booking_mode"]
        return Mode(named) if named in Mode.values else None
    return Mode.REQUEST if REQUEST_KEYS & body.keys() else Mode.INSTANT


class SessionInput(Input):
    """The fields of a session, and the offset or time zone of its date.

    Its context must have `mode`, the session's booking mode, and `now`.
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
        help_text="In minutes; 60 by default.",
    )
    booking_mode = OptionField(
        choices=Mode.choices,
        required=False,
        help_text="By default `request` if any of `subject`, `level`, `duration` and "
        "`timezone_offset` is sent, otherwise `instant`. It can't be changed later.",
    )
    timezone_offset = OffsetField(
        required=False,
        help_text="For a date without an offset: minutes from local time to UTC, as JavaScript's "
        f"`getTimezoneOffset()` gives them, from -{dates.MAX_OFFSET} to {dates.MAX_OFFSET}.",
    )
    timezone = TimezoneField(
        required=False, help_text="An IANA name; takes precedence over `timezone_offset`."
    )

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
        """Remove the offset and return it; None if the date has its own, so that it is ignored."""
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
        """Whether the session already has this date."""
        return False


class CreateInput(SessionInput):
    """A new session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        required = self.context.get("mode") == Mode.REQUEST
        self.fields["subject"].required = self.fields["level"].required = required


class UpdateInput(SessionInput):
    """Any fields of a session; those that aren't sent stay unchanged."""

    status = OptionField(
        choices=Status.choices,
        required=False,
        help_text="The new status of a `request` session, under the rules of the action that leads "
        "to it. Ignored for an `instant` session.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, partial=True, **kwargs)
        # The status of an instant session is read-only, so it is ignored (contract S6).
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
    """The user whose request is decided."""

    user_id = IdField()


class JoinInput(Input):
    """An optional message with a join."""

    message = TextField(
        max_length=limits.MESSAGE,
        required=False,
        allow_blank=True,
        help_text="For the creator of a `request` session.",
    )


class CancelInput(Input):
    """An optional reason for a cancellation."""

    reason = TextField(max_length=limits.MESSAGE, required=False, allow_blank=True)
