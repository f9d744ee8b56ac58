"""`/v1/users/`: finding people."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.representations import UserObject
from core.api.pagination import answer_array
from core.api.views import ActionViewSet, Answer
from friendships.filters import PeopleFilter
from friendships.models import Block, Friendship
from friendships.representations import found_object


class PersonViewSet(ActionViewSet):
    tag = "People"
    queryset = User.objects.none()  # names the model for the API's description
    filter_backends = [DjangoFilterBackend]
    filterset_class = PeopleFilter
    answers = {"list": Answer(UserObject, listed="array")}

    def get_queryset(self) -> QuerySet[Any]:
        others = User.objects.active().exclude(pk=self.person.pk)
        found = Block.objects.hide_blockers(others, self.person)
        return Friendship.objects.mark_friends(found, self.person)

    def list(self, request: Request) -> Response:
        """Find people by name or username.

        `email` is empty unless they are your friends.
        """
        return answer_array(request, self.filter_queryset(self.get_queryset()), found_object)
