"""`/v1/users/`: finding people."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.representations import UserObject
from core.api.operations import Answer, operation
from core.api.pagination import answer_array
from core.api.views import ActionViewSet
from friendships.filters import PeopleFilter
from friendships.models import Block, Friendship
from friendships.representations import found_object


class PersonViewSet(ActionViewSet):
    tag = "People"
    queryset = User.objects.none()  # names the model for the API's description

    def get_queryset(self) -> QuerySet[Any]:
        others = User.objects.active().exclude(pk=self.person.pk)
        found = Block.objects.hide_blockers(others, self.person)
        return Friendship.objects.mark_friends(found, self.person)

    @operation(answer=Answer(UserObject, listed="array"), filters=PeopleFilter)
    def list(self, request: Request) -> Response:
        """Find people by name or username.

        `email` is empty unless they are your friends.
        """
        people = self.read_filters().filter(self.get_queryset())
        return answer_array(request, people, found_object)
