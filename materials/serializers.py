"""What the endpoints of materials take (contract M1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError as InvalidURL
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from rest_framework.exceptions import ValidationError

from core.api.fields import Input, OptionField, TextField, UploadField
from materials import limits
from materials.file_types import USES, Type, extension_of
from materials.file_validation import problem_of


class MaterialInput(Input):
    """The fields of a material. What its type doesn't use is ignored."""

    title = TextField(max_length=limits.TITLE)
    type = OptionField(choices=Type.choices, help_text="Fixed once it is made.")
    url = TextField(
        max_length=limits.URL,
        required=False,
        allow_blank=True,
        help_text="For a link, and required there: an `http` or `https` address.",
    )
    content = TextField(
        max_length=limits.CONTENT,
        required=False,
        allow_blank=True,
        help_text="For a note, and required there.",
    )
    file = UploadField(
        required=False,
        help_text="For a file, and required there: a part of a multipart form. A text, such as "
        "the address that was answered, changes nothing.",
    )

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(self.without_unused(data))

    def without_unused(self, data: Any) -> Any:
        """What was sent, without the keys that the type doesn't use, whatever they hold."""
        if not isinstance(data, Mapping):
            return data
        type_ = self.instance.type if self.instance else data.get("type")
        used: Any = copy(data)  # not deep: files can't be copied
        for name in [name for of, name in USES.items() if of != type_]:
            used.pop(name, None)
        return used

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        used = USES[Type(data.get("type") or self.instance.type)]
        sent = data.pop(used, None)
        # Nothing sent, and nothing needed: what there is stays.
        if self.partial and sent is None:
            return data
        if not sent:
            raise ValidationError({used: "This field is required."})
        return data | CHECKS[used](sent)


class MaterialChangesInput(MaterialInput):
    """Any part of a material; what isn't sent stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, partial=True, **kwargs)

    def validate_type(self, type_: str) -> str:
        if type_ != self.instance.type:
            raise ValidationError("A material's type can't be changed.")
        return type_


def check_url(url: str) -> dict[str, Any]:
    try:
        URLValidator(schemes=["http", "https"])(url)
    except InvalidURL:
        raise ValidationError({"url": "Enter an address that begins with http or https."}) from None
    return {"url": url}


def check_content(content: str) -> dict[str, Any]:
    return {"content": content}


def check_file(file: UploadedFile[bytes]) -> dict[str, Any]:
    name = str(file.name)
    problem = problem_of(file, name)  # type: ignore[arg-type]  # it has a file's methods
    if problem:
        raise ValidationError({"file": problem})
    return {"file": file, "file_name": shortened(name)}


def shortened(name: str) -> str:
    """Not too long for its column, and with its extension."""
    extension = extension_of(name)
    stem = name[: -len(extension) - 1]
    return f"{stem[: limits.FILE_NAME - len(extension) - 1]}.{extension}"


CHECKS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "url": check_url,
    "content": check_content,
    "file": check_file,
}
