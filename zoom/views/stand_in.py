"""`/v1/stand-in-room/…/`: where sessions meet on a development server that has no Zoom."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from zoom.models import OneOnOneSession


@csrf_exempt  # a POST is a 405, not a lesson about cookies
@require_safe
def stand_in_room(request: HttpRequest, room: str) -> HttpResponse:
    """A page that says what it is, to whoever has its address."""
    if not OneOnOneSession.objects.in_stand_in_room(request.path).exists():
        raise Http404
    return render(request, "zoom/stand_in_room.html")
