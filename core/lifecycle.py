"""A table of actions, and a model whose status moves only as the table allows.

The table's rows are pure data (`Action`, `Rule`); a viewer is whatever the app knows of the one
who acts (`Viewer`). `check` is asked by services before they write, and by representations for
`allowed_actions`, so that a button and its answer can't disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol, Self

from django.db import models
from django.utils import timezone

from core.errors import NOT_AUTHENTICATED, NOT_FOUND, APIError, ErrorCode, declare

WRONG_STATE = declare("wrong_state", 400, "A {thing} that is {status} can't become {to}.")


class Viewer(Protocol):
    """Who acts, as far as the table of actions asks."""

    @property
    def roles(self) -> Collection[str]:
        """Every role held towards the thing; empty for somebody who isn't signed in."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One more condition of an action: the refusal, and when it is given."""

    refusal: ErrorCode
    broken: Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Action:
    """A row of the table: in which states, by which roles, under which rules, and where to.

    Attributes:
        states: the statuses in which it can be done.
        roles: who may do it; holding one of them is enough.
        not_yours: the refusal (403) of everybody else.
        closed: the refusal (400) in another status; by default the one that names both.
        to: the status it leads to; None if it doesn't change the status.
        rules: asked in order once role and status are right.
    """

    states: frozenset[str]
    roles: frozenset[str]
    not_yours: ErrorCode
    closed: ErrorCode = WRONG_STATE
    to: str | None = None
    rules: tuple[Rule, ...] = ()

    def refusals(self) -> list[ErrorCode]:
        """Every refusal it can give, for the API description."""
        return [self.not_yours, self.closed, *(rule.refusal for rule in self.rules)]


Table = Mapping[str, Action]


def authorize(action: Action, viewer: Viewer) -> None:
    """Raise what is wrong with the viewer: 401 or 403. It is called before the body is read."""
    code = role_refusal(action, viewer)
    if code is not None:
        raise APIError(code)


def find_missing(action: Action, thing: Any, viewer: Viewer) -> None:
    """Raise 404 if that comes first; called before the body is read (contract C10)."""
    code = rule_refusal(action, thing, viewer)
    if code is not None and code.status == HTTPStatus.NOT_FOUND:
        raise refuse(code, action, thing)


def refusal(action: Action, thing: Any, viewer: Viewer) -> ErrorCode | None:
    """The first reason why this viewer can't do this now; None if there is none."""
    code = role_refusal(action, viewer)
    if code is None and thing.status not in action.states:
        code = action.closed
    return code or rule_refusal(action, thing, viewer)


def role_refusal(action: Action, viewer: Viewer) -> ErrorCode | None:
    if not viewer.roles:
        return NOT_AUTHENTICATED
    return action.not_yours if action.roles.isdisjoint(viewer.roles) else None


def rule_refusal(action: Action, thing: Any, viewer: Viewer) -> ErrorCode | None:
    return next((rule.refusal for rule in action.rules if rule.broken(thing, viewer)), None)


def check(action: Action, thing: Any, viewer: Viewer) -> None:
    """Raise the first reason why this viewer can't do this now."""
    code = refusal(action, thing, viewer)
    if code is not None:
        raise refuse(code, action, thing)


def allowed(table: Table, thing: Any, viewer: Viewer, *, names: Collection[str]) -> list[str]:
    """Those of the named actions that nothing refuses, in the table's order."""
    return [name for name in names if refusal(table[name], thing, viewer) is None]


def refuse(code: ErrorCode, action: Action, thing: Any) -> APIError:
    """The refusal, with what its sentence may name: the thing, its status, and where to."""
    return APIError(
        code,
        thing=thing._meta.verbose_name,
        status=thing.status.replace("_", " "),
        to=str(action.to).replace("_", " "),
    )


class StatusWrittenError(TypeError):
    """A status was about to be written past the table of actions: a programming error."""


class LifecycleQuerySet(models.QuerySet[Any]):
    """Refuses to write a status in bulk; `Lifecycle.transition` is the only door."""

    def update(self, **changes: Any) -> int:
        self.refuse_status(changes)
        return super().update(**changes)

    def refuse_status(self, changes: Collection[str]) -> None:
        if "status" in changes:
            raise StatusWrittenError("Change a status by transition(), not by update().")

    def swap(self, pk: Any, old: str, new: str, **changes: Any) -> bool:
        """Compare-and-swap: True if the row still had the old status."""
        row = self.filter(pk=pk, status=old)
        return bool(models.QuerySet.update(row, status=new, **changes))


class Lifecycle(models.Model):
    """A row with a status. Subclasses name their table and the statuses a new row may have."""

    ACTIONS: Table
    INITIAL: Collection[str]

    status: Any = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1, help_text="Raised by every change.")
    updated_at = models.DateTimeField(default=timezone.now)

    _loaded_status: str | None = None

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        row = super().from_db(*args, **kwargs)
        row._remember_status()
        return row

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._remember_status()

    def _remember_status(self) -> None:
        self._loaded_status = self.__dict__.get("status")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Never writes the status of a row that exists, so a stale form can't undo a transition.

        Raises:
            StatusWrittenError: the status was assigned to, or a new row starts elsewhere.
        """
        if self._state.adding:
            if self.status not in self.INITIAL:
                raise StatusWrittenError(f"A new row can't start as {self.status!r}.")
            # A "new" row with the id of an old one would else be an UPDATE, status and all.
            kwargs["force_insert"] = True
        else:
            if self.__dict__.get("status") != self._loaded_status:
                raise StatusWrittenError("Change a status by transition(), not by save().")
            kwargs["update_fields"] = self._fields_but_status(kwargs.get("update_fields"))
        super().save(*args, **kwargs)
        self._remember_status()

    def _fields_but_status(self, asked: Collection[str] | None) -> set[str]:
        if asked is None:
            deferred = self.get_deferred_fields()
            asked = {
                field.attname
                for field in self._meta.concrete_fields
                if not field.primary_key and field.attname not in deferred
            }
        return set(asked) - {"status"}

    def transition(self, name: str, *, by: Viewer, now: Any, **changes: Any) -> None:
        """Do the action's change of status, and write the other changes with it.

        Args:
            name: a row of the table with a `to`.
            by: who does it.
            now: the moment, which becomes `updated_at`.
            changes: other columns, as for `QuerySet.update`. They are written, not set on this
                instance: read it again before you save it.

        Raises:
            APIError: the table's refusal; also when somebody else was faster, and then it names
                the status that they have left behind.
        """
        action = self.ACTIONS[name]
        check(action, self, by)
        old, new = self.status, str(action.to)
        changes |= {"version": models.F("version") + 1, "updated_at": now}
        if not LifecycleQuerySet(type(self)).swap(self.pk, old, new, **changes):
            self._lost(action)
        self.status = self._loaded_status = new

    def _lost(self, action: Action) -> None:
        try:
            self.refresh_from_db(fields=["status"])
        except type(self).DoesNotExist:
            raise APIError(NOT_FOUND) from None
        raise refuse(action.closed, action, self)
