"""All queries for friendships, blocks and messages."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Least
from django.db.models.lookups import Exact

from core.lifecycle import LifecycleQuerySet
from friendships.states import Status


def is_pair(first: str, second: str, one: Any, other: Any) -> Q:
    """Return a filter for two columns that contain these two people, in either order. It is written
    like the indexes.

    Args:
        one, other: people, ids or expressions.
    """
    two = [getattr(each, "pk", each) for each in (one, other)]
    return Q(
        Exact(Least(first, second), Least(*two)),
        Exact(Greatest(first, second), Greatest(*two)),
    )


class FriendshipQuerySet(LifecycleQuerySet):
    def of(self, user: Any) -> Self:
        """Those of this person, on either side."""
        return self.filter(Q(from_user=user) | Q(to_user=user))

    def between(self, one: Any, other: Any) -> Self:
        """The row of two people, whichever of them asked."""
        return self.filter(is_pair("from_user_id", "to_user_id", one, other))

    def accepted(self) -> Self:
        return self.filter(status=Status.ACCEPTED)

    def pending(self) -> Self:
        return self.filter(status=Status.PENDING)

    def once_accepted(self) -> Self:
        """Of people who are or were friends."""
        return self.filter(since__isnull=False)

    def requests_seen_by(self, user: Any) -> Self:
        """The requests that this person has sent or received, without closed ones. They can be
        filtered by `incoming` and `outgoing`."""
        seen = self.of(user).exclude(status=Status.CLOSED)
        return seen.alias(incoming=Q(to_user=user), outgoing=Q(from_user=user))

    def for_list(self) -> Self:
        return self.select_related("from_user", "to_user")

    def mark_friends(self, people: QuerySet[Any], user: Any) -> QuerySet[Any]:
        """Annotate people with `is_friend`: whether they are friends of this user."""
        friendship = self.accepted().between(OuterRef("pk"), user.pk)
        marked: QuerySet[Any] = people.annotate(is_friend=Exists(friendship))
        return marked

    def locked(self) -> Self:
        """Lock the rows against other writers until the transaction ends. Reads are not blocked."""
        return self.select_for_update(of=("self",), no_key=True)


class BlockQuerySet(QuerySet[Any]):
    def by(self, blocker: Any, blocked: Any) -> Self:
        return self.filter(blocker=blocker, blocked=blocked)

    def hide_blockers(self, people: QuerySet[Any], user: Any) -> QuerySet[Any]:
        """Exclude people who have blocked this user."""
        return people.exclude(Exists(self.by(OuterRef("pk"), user.pk)))


class MessageQuerySet(QuerySet[Any]):
    def between(self, one: Any, other: Any) -> Self:
        """The messages between two people."""
        return self.filter(is_pair("sender_id", "recipient_id", one, other))

    def unread(self, *, sender: Any, recipient: Any) -> Self:
        return self.filter(sender=sender, recipient=recipient, read=False)
