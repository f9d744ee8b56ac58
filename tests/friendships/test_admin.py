"""Friendships and blocks in the admin: staff can view them, but not change them."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse

from friendships.models import Block, Friendship

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Friendship, Block])
def test_staff_can_view_but_not_change_them(desk, befriend, block, person, model):
    ada, ben = person("ada"), person("ben")
    befriend(ada, ben)
    block(ada, ben)
    listed = reverse(f"admin:friendships_{model._meta.model_name}_changelist")
    row = f"{listed}{model.objects.get().pk}"

    assert desk.get(listed, {"q": "ben"}).status_code == 200
    page = desk.get(f"{row}/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert desk.get(f"{listed}add/").status_code == 403
    assert desk.post(f"{row}/delete/", {"post": "yes"}).status_code == 403


def test_messages_are_not_in_the_admin():
    with pytest.raises(NoReverseMatch):
        reverse("admin:friendships_message_changelist")
