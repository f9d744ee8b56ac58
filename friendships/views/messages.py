"""`/v1/friends/{user_id}/messages/`: messages between friends."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.pagination import answer_array
from core.api.views import ActionViewSet, Answer
from friendships import reads, serializers, services
from friendships.representations import ChatMessageObject, message_object
from notifications.representations import UpdatedObject


class MessageViewSet(ActionViewSet):
    tag = "Messages"
    queryset = User.objects.all()
    lookup_url_kwarg = "user_id"
    inputs = {"write": serializers.MessageInput}
    limits = {"write": "message"}
    answers = {
        "messages": Answer(ChatMessageObject, listed="array", newest_first=True),
        "write": Answer(ChatMessageObject, 201),
        "mark_as_read": Answer(UpdatedObject),
    }
    errors = {
        "messages": [services.NOT_FRIENDS],
        "write": [services.NOT_FRIENDS],
        "mark_as_read": [services.NOT_FRIENDS],
    }

    def other(self, people: QuerySet[User], check: Callable[..., None]) -> User:
        """Return the person in the address. Errors in order: 404, 403, 400 (contract C10)."""
        person: User = self.find(people, self.kwargs["user_id"])
        check(by=self.person, other=person)
        self.check_body()
        return person

    @action(detail=True)
    def messages(self, request: Request, user_id: int) -> Response:
        """List your messages with a friend, newest first.

        Former friends can still read them.
        """
        other = self.other(self.get_queryset(), services.check_may_read)
        rows = reads.conversation(self.person, other)
        return answer_array(request, rows, message_object, newest_first=True)

    @messages.mapping.post
    def write(self, request: Request, user_id: int) -> Response:
        """Send a message to a friend."""
        to = self.other(User.objects.active(), services.check_may_write)
        message = services.write(by=self.person, to=to, now=timezone.now(), **self.read())
        return self.answer(message_object(message))

    @action(methods=["post"], detail=True, url_path="messages/read")
    def mark_as_read(self, request: Request, user_id: int) -> Response:
        """Mark all messages from a friend as read."""
        sender = self.other(self.get_queryset(), services.check_may_read)
        return self.answer({"updated": services.mark_as_read(by=self.person, sender=sender)})
