"""Input fields that accept exactly what the API description says.

DRF's own fields turn 12 into "12", "12" into 12 and true into "True". A client that sends those has
a bug, and gets an error here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import dates

MAX_ID = 2**63 - 1


class TextField(serializers.CharField):
    """A JSON string, which is trimmed; without NUL characters and lone surrogates."""

    default_error_messages = {
        "invalid": "This field must be a text.",
        "blank": "This field may not be empty.",
        "null": "This field may not be null.",
        "max_length": "This field may have {max_length} characters at most.",
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class EmailField(TextField, serializers.EmailField):
    """An e-mail address in ASCII: only there is it clear how to ignore case."""

    default_error_messages = {"invalid": "Enter a valid e-mail address."}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not text.isascii():
            self.fail("invalid")
        return text


class PasswordField(TextField):
    """A secret: not trimmed, at most 128 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=128, write_only=True, **kwargs)


class TimezoneField(TextField):
    """The IANA name of a time zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        try:
            dates.check_zone(name)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None
        return name


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field[Any, Any, Any, Any]):
    """A date with a time. Without an offset it stays naive, and the serializer adds the zone; DRF's
    own field would use the server's zone."""

    default_error_messages = {"null": "This field may not be null."}

    def to_internal_value(self, data: Any) -> datetime:
        try:
            return dates.read_moment(data)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


@extend_schema_field({"type": "integer"})  # ignored if the date has an offset, so any value is
# valid then
class OffsetField(serializers.Field[Any, Any, Any, Any]):
    """Minutes from local time to UTC. Not checked here, but where a date needs it (contract C5)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return data


class WholeNumberField(serializers.IntegerField):
    """A JSON integer between two bounds, both included."""

    default_error_messages = {
        "invalid": "This field must be a whole number.",
        "null": "This field may not be null.",
        "range": "This field must be from {minimum} to {maximum}.",
    }

    def __init__(self, *, minimum: int, maximum: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.minimum, self.maximum = minimum, maximum
        # For the API description only; `to_internal_value` has a better sentence.
        self.validators += [MinValueValidator(minimum), MaxValueValidator(maximum)]

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        if not self.minimum <= data <= self.maximum:
            self.fail("range", minimum=self.minimum, maximum=self.maximum)
        return int(data)


class IdField(WholeNumberField):
    """The id of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(minimum=1, maximum=MAX_ID, **kwargs)


class FlagField(serializers.BooleanField):
    """A JSON true or false."""

    default_error_messages = {
        "invalid": "This field must be true or false.",
        "null": "This field may not be null.",
    }

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class OptionField(serializers.ChoiceField):
    """One of a few texts."""

    default_error_messages = {
        "invalid_choice": "This field must be one of: {options}.",
        "null": "This field may not be null.",
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", options=", ".join(map(str, self.choices)))
        return data


@extend_schema_field({"type": "string", "format": "binary"})
class UploadField(serializers.Field[Any, Any, Any, Any]):
    """A file of a multipart form. A text instead, such as the address in an earlier answer, becomes
    None: nothing is uploaded."""

    default_error_messages = {
        "invalid": "This field must be a file, sent as a part of a multipart form.",
        "null": "This field may not be null.",
        "empty": "This file is empty.",
    }

    def to_internal_value(self, data: Any) -> UploadedFile[bytes] | None:
        if isinstance(data, str):
            return None
        if not isinstance(data, UploadedFile):
            self.fail("invalid")
        if not data.size:
            self.fail("empty")
        return data


class Input(serializers.Serializer[Any]):
    """The body of a request; unknown keys are ignored."""

    instance: Any
    fields: Any
    default_error_messages = {"invalid": "The body must be a JSON object."}
