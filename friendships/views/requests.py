"""`/v1/friends/requests/`: sending and answering friend requests."""

from __future__ import annotations

from functools import partial

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.operations import Answer, operation
from core.api.pagination import answer_array
from core.api.views import ActionViewSet
from core.errors import NOT_FOUND
from friendships import serializers, services
from friendships.filters import RequestFilter
from friendships.models import Friendship
from friendships.querysets import FriendshipQuerySet
from friendships.representations import FriendRequestObject, request_object
from friendships.states import ACTIONS, Viewer


class RequestViewSet(ActionViewSet):
    tag = "Friend requests"
    table = ACTIONS
    queryset = Friendship.objects.none()  # names the model for the API's description

    def get_queryset(self) -> FriendshipQuerySet:  # type: ignore[override]  # a narrower one
        rows: FriendshipQuerySet = Friendship.objects.all()
        return rows.requests_seen_by(self.person).for_list()

    def viewer(self, row: Friendship) -> Viewer:
        return row.viewer(self.person)

    @operation(
        answer=Answer(FriendRequestObject, listed="array", newest_first=True),
        filters=RequestFilter,
    )
    def list(self, request: Request) -> Response:
        """List your pending friend requests, incoming and outgoing, newest first."""
        rows = self.read_filters().filter(self.get_queryset().pending())
        build = partial(request_object, viewer=self.person)
        return answer_array(request, rows, build, newest_first=True)

    @operation(
        action="ask",
        input=serializers.RequestInput,
        answer=Answer(FriendRequestObject, 201),
        errors=[
            NOT_FOUND,
            services.ONESELF,
            services.ALREADY_FRIENDS,
            services.YOU_HAVE_BLOCKED,
            services.NOT_WITH_THEM,
        ],
        limit="friend_request",
    )
    def create(self, request: Request) -> Response:
        """Send a friend request.

        If this person has already asked you, this accepts their request. You can ask the same
        person three times in a row; after that only they can ask you.
        """
        to = get_object_or_404(User.objects.active(), pk=self.read()["user_id"])
        return self.shown(services.ask(by=self.person, to=to, now=timezone.now()))

    @operation("post", "accept", detail=True, answer=Answer(FriendRequestObject))
    def accept(self, request: Request, pk: int) -> Response:
        """Accept a friend request."""
        return self.shown(services.accept(self.fetch(), by=self.person, now=timezone.now()))

    @operation("post", "decline", detail=True, answer=Answer(FriendRequestObject))
    def decline(self, request: Request, pk: int) -> Response:
        """Decline a friend request.

        The sender is not notified.
        """
        return self.shown(services.decline(self.fetch(), by=self.person, now=timezone.now()))

    @operation(action="withdraw", answer=Answer(None, 204))
    def destroy(self, request: Request, pk: int) -> Response:
        """Withdraw your own pending request."""
        services.withdraw(self.fetch(), by=self.person, now=timezone.now())
        return self.answer()

    def shown(self, friendship: Friendship) -> Response:
        return self.answer(request_object(friendship, viewer=self.person))
