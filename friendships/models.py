"""Friendships, blocks, and messages between friends. A pair of people has one friendship row,
whoever of them asked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from accounts.models import User
from core.lifecycle import VersionedLifecycle
from friendships import limits, states
from friendships.querysets import BlockQuerySet, FriendshipQuerySet, MessageQuerySet
from friendships.states import Role, Status, Viewer


class Friendship(VersionedLifecycle):
    """The relation of two people: a request, a friendship, or a closed one."""

    ACTIONS = states.ACTIONS
    INITIAL = frozenset({Status.CLOSED})

    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who asked last.",
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.CLOSED)
    asks = models.PositiveSmallIntegerField(
        default=0,
        editable=False,
        help_text="How often in a row the same one has asked without being accepted.",
    )
    created_at = models.DateTimeField(default=timezone.now, help_text="Of the last request.")
    since = models.DateTimeField(
        null=True, editable=False, help_text="When they last became friends, if ever."
    )

    objects = FriendshipQuerySet.as_manager()

    class Meta:
        verbose_name = "friend request"
        verbose_name_plural = "friendships and requests"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                Least("from_user", "to_user"),
                Greatest("from_user", "to_user"),
                name="friendship_one_row_for_a_pair",
            ),
            models.CheckConstraint(
                condition=~Q(from_user=F("to_user")), name="friendship_not_with_oneself"
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="friendship_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.ACCEPTED) | Q(since__isnull=False),
                name="friendship_accepted_since",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_user} and {self.to_user}"

    def viewer(self, user: User) -> Viewer:
        """Return the role of one of the two in the request."""
        return Viewer(frozenset({Role.ASKER if user.pk == self.from_user_id else Role.ASKED}))

    def other_than(self, user: User) -> User:
        """Return the other person of the pair."""
        return self.to_user if user.pk == self.from_user_id else self.from_user


class Block(models.Model):
    """One person has blocked another."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_not_of_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker} blocks {self.blocked}"


class Message(models.Model):
    """A message from one friend to another."""

    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField(max_length=limits.TEXT)
    session = models.ForeignKey(
        "zoom.OneOnOneSession", on_delete=models.SET_NULL, null=True, related_name="messages"
    )
    read = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(
                Least("sender", "recipient"),
                Greatest("sender", "recipient"),
                F("id").desc(),
                name="message_conversation",
            ),
            models.Index(
                fields=["recipient", "sender"], condition=Q(read=False), name="message_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender} to {self.recipient}"
