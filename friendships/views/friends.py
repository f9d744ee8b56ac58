"""`/v1/friends/`: listing and ending friendships, and blocks."""

from __future__ import annotations

from functools import partial

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.operations import Answer, operation
from core.api.pagination import answer_array
from core.api.views import ActionViewSet
from friendships import services
from friendships.models import Friendship
from friendships.representations import FriendObject, friend_object
from friendships.states import NO_FRIEND


class FriendViewSet(ActionViewSet):
    tag = "Friends"
    queryset = User.objects.all()
    lookup_url_kwarg = "user_id"

    @operation(answer=Answer(FriendObject, listed="array"))
    def list(self, request: Request) -> Response:
        """List your friends."""
        rows = Friendship.objects.of(self.person).accepted().for_list()
        return answer_array(request, rows, partial(friend_object, viewer=self.person))

    @operation(answer=Answer(None, 204), errors=[NO_FRIEND, services.ONESELF])
    def destroy(self, request: Request, user_id: int) -> Response:
        """End a friendship.

        Both can still read their messages. The other person is not notified.
        """
        services.unfriend(by=self.person, other=self.fetch(), now=timezone.now())
        return self.answer()

    @operation("post", "block", detail=True, answer=Answer(None, 204), errors=[services.ONESELF])
    def block(self, request: Request, user_id: int) -> Response:
        """Block a person.

        This ends a friendship or a pending request between you. A blocked person can't send you a
        friend request and isn't told why. Repeating it changes nothing.
        """
        services.block(by=self.person, other=self.fetch(), now=timezone.now())
        return self.answer()

    @block.mapping.delete
    @operation(answer=Answer(None, 204))
    def unblock(self, request: Request, user_id: int) -> Response:
        """Remove a block.

        This restores no friendship. If there is no block, nothing changes.
        """
        services.unblock(by=self.person, other=self.fetch())
        return self.answer()
