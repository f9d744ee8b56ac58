"""`/v1/friends/{user_id}/messages/`: messages between friends."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.querysets import UserQuerySet
from core.api.operations import Answer, operation
from core.api.pagination import answer_array
from core.api.views import ActionViewSet
from friendships import reads, serializers, services
from friendships.representations import ChatMessageObject, message_object
from notifications.representations import UpdatedObject


class MessageViewSet(ActionViewSet):
    tag = "Messages"
    lookup_url_kwarg = "user_id"

    def get_queryset(self) -> UserQuerySet:  # type: ignore[override]  # a narrower one
        """Return the people whose messages may be read, or who may be written to."""
        people: UserQuerySet = User.objects.all()
        return people.active() if self.action == "write" else people

    def authorize(self, row: User) -> None:
        check = services.check_may_write if self.action == "write" else services.check_may_read
        check(by=self.person, other=row)

    @operation(
        "get",
        "messages",
        detail=True,
        answer=Answer(ChatMessageObject, listed="array", newest_first=True),
        errors=[services.NOT_FRIENDS],
    )
    def messages(self, request: Request, user_id: int) -> Response:
        """List your messages with a friend, newest first.

        Former friends can still read them.
        """
        rows = reads.conversation(self.person, self.fetch())
        return answer_array(request, rows, message_object, newest_first=True)

    @messages.mapping.post
    @operation(
        input=serializers.MessageInput,
        answer=Answer(ChatMessageObject, 201),
        errors=[services.NOT_FRIENDS],
        limit="message",
    )
    def write(self, request: Request, user_id: int) -> Response:
        """Send a message to a friend."""
        to, now = self.fetch(), timezone.now()
        message = services.write(by=self.person, to=to, now=now, **self.read())
        return self.answer(message_object(message))

    @operation(
        "post",
        "messages/read",
        detail=True,
        answer=Answer(UpdatedObject),
        errors=[services.NOT_FRIENDS],
    )
    def mark_as_read(self, request: Request, user_id: int) -> Response:
        """Mark all messages from a friend as read."""
        updated = services.mark_as_read(by=self.person, sender=self.fetch())
        return self.answer({"updated": updated})
