"""What an action of a viewset takes and answers, declared by one decorator above its method."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from rest_framework import decorators

from core.api.fields import Input
from core.api.filters import StrictFilterSet
from core.errors import ErrorCode

if TYPE_CHECKING:
    from rest_framework.decorators import ViewSetAction

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a successful action.

    Attributes:
        shape: a TypedDict, None for an empty body, or `bytes` for a file.
        status: the status code.
        listed: "page" or "array", the two shapes of a list (contract C6); "" if it is no list.
        newest_first: the order of an array, which also decides between `before` and `after`.
        also: additional keys of a page, with their shapes.
        media_type: the media type of the body.
    """

    shape: Any
    status: int = 200
    listed: str = ""
    newest_first: bool = False
    also: Mapping[str, Any] = field(default_factory=dict)
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """An action as it is declared. It serves the requests and the API description alike.

    Attributes:
        answer: the answer if it succeeds.
        input: the serializer of the body; `Input` itself if it reads no keys of the body.
        filters: the filters of a list; `StrictFilterSet` itself, which has none, if it takes none.
        errors: the errors that it can give in addition to those of the table of actions.
        limit: its limit per person, if it affects other people or services: a name in
            `settings.THROTTLE_RATES`. Every attempt counts, even a refused one, except repeats
            with an `Idempotency-Key` that get a stored answer or a 409.
        action: its row in the table of actions, if that hasn't the method's name.
        takes_key: whether a POST takes an `Idempotency-Key`. It takes none if its answer is a
            secret that must not be stored, or if it has several transactions and refuses repeats
            by itself.
    """

    answer: Answer
    input: type[Input] = Input
    filters: type[StrictFilterSet] = StrictFilterSet
    errors: Sequence[ErrorCode] = ()
    limit: str = ""
    action: str = ""
    takes_key: bool = True


# Of a method that an address doesn't take (405).
NO_OPERATION = Operation(Answer(None, 405), takes_key=False)


@overload
def operation(*, answer: Answer, **says: Any) -> Callable[[Method], Method]: ...


@overload
def operation(
    verb: Literal["get", "post"], path: str, *, detail: bool, answer: Answer, **says: Any
) -> Callable[[Method], ViewSetAction[Method]]: ...


def operation(
    verb: Literal["", "get", "post"] = "",
    path: str = "",
    *,
    answer: Answer,
    input: type[Input] = Input,
    filters: type[StrictFilterSet] = StrictFilterSet,
    errors: Sequence[ErrorCode] = (),
    limit: str = "",
    action: str = "",
    takes_key: bool = True,
    **options: Any,
) -> Callable[[Any], Any]:
    """Declare an action of a viewset, by an `Operation`.

    Args:
        verb, path: the HTTP method and the end of the address. DRF knows both of its standard
            actions (list, create, retrieve, update, partial_update, destroy), and
            `@<action>.mapping.<verb>` above this says them for a further method at an address.
        options: what else DRF's `@action` takes: `detail`, whether the address names a row, and
            attributes that the viewset has for this action only.
    """
    said = Operation(answer, input, filters, errors, limit, action, takes_key)

    def declare(function: Any) -> Any:
        function.operation = said
        if not verb:
            return function
        return decorators.action([verb], url_path=path, **options)(function)

    return declare
