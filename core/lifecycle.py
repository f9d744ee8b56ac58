"""A table of actions, and a model whose status changes only as the table allows.

The table's rows are pure data (`Action`, `Rule`); a `Viewer` is what the app knows about the user
who acts. Services call `check` before they write, and representations use the same rules for
`allowed_actions`, so that a button and the answer to it can't disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol, Self

from django.db import models
from django.utils import timezone

from core.errors import NOT_AUTHENTICATED, NOT_FOUND, APIError, ErrorCode, declare

WRONG_STATE = declare("wrong_state", 400, "A {thing} that is {status} can't become {to}.")


class Viewer(Protocol):
    """The user who acts, as the table of actions sees them."""

    @property
    def roles(self) -> Collection[str]:
        """All roles that the user has for the object; empty if nobody is signed in."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A further condition of an action: its refusal, and a test of whether it is violated."""

    refusal: ErrorCode
    is_violated: Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Action:
    """A row of the table: from which statuses, by which roles, under which rules, to which status.

    Attributes:
        states: the statuses in which the action is possible.
        roles: the roles that may perform it; one of them is enough.
        not_yours: the refusal (403) for users without one of the roles.
        closed: the refusal (400) in another status; by default `WRONG_STATE`, which names the
            current and the new status.
        to: the new status; None if the action doesn't change the status.
        rules: checked in order if role and status are right.
        public: whether `allowed_actions` lists it while nothing refuses it. It has an address then;
            the others belong to the materials, to staff, to scheduled jobs or to another action.
    """

    states: frozenset[str]
    roles: frozenset[str]
    not_yours: ErrorCode
    closed: ErrorCode = WRONG_STATE
    to: str | None = None
    rules: tuple[Rule, ...] = ()
    public: bool = False

    def refusals(self) -> list[ErrorCode]:
        """Return every refusal that it can give, for the API description."""
        return [self.not_yours, self.closed, *(rule.refusal for rule in self.rules)]


Table = Mapping[str, Action]


def authorize(action: Action, viewer: Viewer) -> None:
    """Raise 401 or 403 if the viewer lacks the role. Called before the body is read."""
    code = role_refusal(action, viewer)
    if code is not None:
        raise APIError(code)


def raise_if_missing(action: Action, obj: Any, viewer: Viewer) -> None:
    """Raise the refusal if it is a 404. Called before the body is read (contract C10)."""
    code = rule_refusal(action, obj, viewer)
    if code is not None and code.status == HTTPStatus.NOT_FOUND:
        raise refuse(code, action, obj)


def refusal(action: Action, obj: Any, viewer: Viewer) -> ErrorCode | None:
    """Return the first reason why this viewer can't do this now; None if there is none."""
    code = role_refusal(action, viewer)
    if code is None and obj.status not in action.states:
        code = action.closed
    return code or rule_refusal(action, obj, viewer)


def role_refusal(action: Action, viewer: Viewer) -> ErrorCode | None:
    if not viewer.roles:
        return NOT_AUTHENTICATED
    return action.not_yours if action.roles.isdisjoint(viewer.roles) else None


def rule_refusal(action: Action, obj: Any, viewer: Viewer) -> ErrorCode | None:
    return next((rule.refusal for rule in action.rules if rule.is_violated(obj, viewer)), None)


def check(action: Action, obj: Any, viewer: Viewer) -> None:
    """Raise the first reason why this viewer can't do this now."""
    code = refusal(action, obj, viewer)
    if code is not None:
        raise refuse(code, action, obj)


def public_names(table: Table) -> tuple[str, ...]:
    """Return the names of the public actions, in the order of the table."""
    return tuple(name for name, action in table.items() if action.public)


def allowed(table: Table, obj: Any, viewer: Viewer) -> list[str]:
    """Return the public actions that the viewer may perform now, in the order of the table."""
    return [
        name for name, action in table.items() if action.public and permits(action, obj, viewer)
    ]


def permits(action: Action, obj: Any, viewer: Viewer) -> bool:
    """Whether nothing refuses the action: `refusal` would be None. A list of sessions asks this for
    each action of each row, and this takes half the time."""
    if obj.status not in action.states or action.roles.isdisjoint(viewer.roles):
        return False
    for rule in action.rules:  # noqa: SIM110  # twice as fast as any()
        if rule.is_violated(obj, viewer):
            return False
    return True


def refuse(code: ErrorCode, action: Action, obj: Any) -> APIError:
    """Return the error, with the values for its sentence: the object, its old and new status."""
    return APIError(
        code,
        thing=obj._meta.verbose_name,
        status=obj.status.replace("_", " "),
        to=str(action.to).replace("_", " "),
    )


class StatusWrittenError(TypeError):
    """Code tried to change a status without the table of actions: a programming error."""


class LifecycleQuerySet(models.QuerySet[Any]):
    """Refuses to change statuses in bulk; only `Lifecycle.transition` may change one."""

    def update(self, **changes: Any) -> int:
        self.refuse_status(changes)
        return super().update(**changes)

    def refuse_status(self, changes: Collection[str]) -> None:
        if "status" in changes:
            raise StatusWrittenError("Use transition() to change a status, not update().")

    def swap(self, pk: Any, old: str, new: str, **changes: Any) -> bool:
        """Change the status from `old` to `new` (compare-and-swap); False if it isn't `old` any
        more."""
        row = self.filter(pk=pk, status=old)
        return bool(models.QuerySet.update(row, status=new, **changes))


class Lifecycle(models.Model):
    """A row with a status. Subclasses define `ACTIONS`, and `INITIAL`: the statuses of new rows."""

    ACTIONS: Table
    INITIAL: Collection[str]

    status: Any = models.CharField(max_length=20)

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
        """Save all fields except the status, so that a stale form can't undo a transition.

        Raises:
            StatusWrittenError: the status was assigned, or a new row's status isn't in `INITIAL`.
        """
        if self._state.adding:
            if self.status not in self.INITIAL:
                raise StatusWrittenError(f"A new row can't start as {self.status!r}.")
            # Otherwise a "new" row with an existing id would be an UPDATE, including the status.
            kwargs["force_insert"] = True
        else:
            if self.__dict__.get("status") != self._loaded_status:
                raise StatusWrittenError("Use transition() to change a status, not save().")
            kwargs["update_fields"] = self._fields_but_status(kwargs.get("update_fields"))
        super().save(*args, **kwargs)
        self._remember_status()

    def _fields_but_status(self, update_fields: Collection[str] | None) -> set[str]:
        if update_fields is None:
            deferred = self.get_deferred_fields()
            update_fields = {
                field.attname
                for field in self._meta.concrete_fields
                if not field.primary_key and field.attname not in deferred
            }
        return set(update_fields) - {"status"}

    @classmethod
    def extra_changes(cls, now: datetime) -> dict[str, Any]:
        """Return what every transition also writes; nothing by default."""
        return {}

    def transition(self, name: str, *, by: Viewer, now: datetime, **changes: Any) -> None:
        """Change the status as the action says, and write other changes in the same statement.

        Args:
            name: an action that leads to a status.
            by: the user who acts.
            now: the time.
            changes: other columns, as for `QuerySet.update`. They are written to the database but
                not set on this instance: read it again before you save it.

        Raises:
            APIError: the table's refusal. If another transition came first, the refusal names the
                status that it has set.
        """
        action = self.ACTIONS[name]
        check(action, self, by)
        old, new = self.status, str(action.to)
        changes |= self.extra_changes(now)
        if not LifecycleQuerySet(type(self)).swap(self.pk, old, new, **changes):
            self._raise_conflict(action)
        self.status = self._loaded_status = new

    @classmethod
    def transition_many(
        cls,
        rows: models.QuerySet[Any],
        name: str,
        *,
        by: Viewer,
        now: datetime,
        **changes: Any,
    ) -> list[Self]:
        """Change the status of several rows, all or none, in one statement.

        The rows are locked in the order of their ids, and each is checked after that. Call it
        inside a transaction.

        Args:
            rows: a queryset of this model.
            name, by, now, changes: as for `transition`.

        Returns:
            The rows, with their new status.

        Raises:
            APIError: the table's refusal of one of the rows.
        """
        action, new = cls.ACTIONS[name], str(cls.ACTIONS[name].to)
        locked = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
        for row in locked:
            check(action, row, by)
        old_statuses = {row.status for row in locked}
        expected = LifecycleQuerySet(cls).filter(
            pk__in=[row.pk for row in locked], status__in=old_statuses
        )
        changed = models.QuerySet.update(expected, status=new, **changes, **cls.extra_changes(now))
        if changed != len(locked):
            raise StatusWrittenError(
                "A locked row has changed: call transition_many() inside a transaction."
            )
        for row in locked:
            row.status = row._loaded_status = new
        return locked

    def _raise_conflict(self, action: Action) -> None:
        try:
            self.refresh_from_db(fields=["status"])
        except type(self).DoesNotExist:
            raise APIError(NOT_FOUND) from None
        raise refuse(action.closed, action, self)


class VersionedLifecycle(Lifecycle):
    """A lifecycle whose rows have a version number, which every change increments."""

    version = models.PositiveIntegerField(default=1, help_text="Raised by every change.")
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    @classmethod
    def extra_changes(cls, now: datetime) -> dict[str, Any]:
        return {"version": models.F("version") + 1, "updated_at": now}
