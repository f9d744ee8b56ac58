"""The server's addresses, two more that fail, and one that runs the jobs."""

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from psycopg.errors import UniqueViolation
from rest_framework.decorators import api_view
from rest_framework.request import Request

from config.urls import urlpatterns as real
from operations.scheduler import run_jobs

ROW = "duplicate key\nDETAIL:  Key (email)=(rosa@example.net) is there.\n\nText: {text}"


@api_view()
def breaks(request: Request, token: str) -> HttpResponse:
    raise RuntimeError("no mail to rosa@example.net, password=hunter22")


def violates(request: HttpRequest) -> HttpResponse:
    row = ROW.format(text=request.GET["text"])
    raise IntegrityError(row) from UniqueViolation(row)


def runs_jobs(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(run_jobs(timezone.now())))


urlpatterns = [
    path("trouble/row/", violates),
    path("trouble/<str:token>/", breaks),
    path("run-jobs/", runs_jobs),
    *real,
]
