"""`/v1/stand-in-room/…/`: the meeting page of a development server without Zoom."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from zoom.models import OneOnOneSession


@csrf_exempt  # a POST gets a 405, not an error about cookies
@require_safe
def stand_in_room(request: HttpRequest, room: str) -> HttpResponse:
    """Show a page that explains what it is, to anybody who has its address."""
    if not OneOnOneSession.objects.in_stand_in_room(request.path).exists():
        raise Http404
    return render(request, "zoom/stand_in_room.html")
