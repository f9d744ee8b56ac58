"""The request bodies of the endpoints of materials (contract M1)."""

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
    """The fields of a material. Those that its type doesn't use are ignored."""

    title = TextField(max_length=limits.TITLE)
    type = OptionField(choices=Type.choices, help_text="It can't be changed later.")
    url = TextField(
        max_length=limits.URL,
        required=False,
        allow_blank=True,
        help_text="Only for a link, which requires it: an `http` or `https` address.",
    )
    content = TextField(
        max_length=limits.CONTENT,
        required=False,
        allow_blank=True,
        help_text="Only for a note, which requires it.",
    )
    file = UploadField(
        required=False,
        help_text="Only for a file, which requires it: a part of a multipart form. A text, such as "
        "the address in an earlier answer, is ignored.",
    )

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(self.without_unused(data))

    def without_unused(self, data: Any) -> Any:
        """Return the data without the keys that the type doesn't use, whatever their values are."""
        if not isinstance(data, Mapping):
            return data
        type_ = self.instance.type if self.instance else data.get("type")
        used: Any = copy(data)  # shallow, since files can't be copied
        for name in [name for kind, name in USES.items() if kind != type_]:
            used.pop(name, None)
        return used

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        used = USES[Type(data.get("type") or self.instance.type)]
        sent = data.pop(used, None)
        # Nothing was sent and nothing is required: the current value stays.
        if self.partial and sent is None:
            return data
        if not sent:
            raise ValidationError({used: "This field is required."})
        return data | CHECKS[used](sent)


class MaterialChangesInput(MaterialInput):
    """Any fields of a material; those that aren't sent stay as they are."""

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
    """Return the name cut to the length of its column, with its extension."""
    extension = extension_of(name)
    stem = name[: -len(extension) - 1]
    return f"{stem[: limits.FILE_NAME - len(extension) - 1]}.{extension}"


CHECKS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "url": check_url,
    "content": check_content,
    "file": check_file,
}
