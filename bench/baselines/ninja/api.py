import jwt
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import NinjaAPI, Query
from ninja.errors import HttpError
from ninja.security import HttpBearer

from bench.baselines.ninja import schemas
from bench.baselines.tables import reading
from bench.baselines.tables.joining import CannotJoinError, join
from bench.baselines.tables.models import Notification, User


class Bearer(HttpBearer):
    def authenticate(self, request, token):
        try:
            claims = jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return None
        if claims["token_type"] != "access":
            return None
        return User.objects.filter(pk=claims["user_id"], is_active=True).first()


api = NinjaAPI(auth=Bearer())


def page(request, rows, number, size):
    size = min(size, 100)
    count = rows.count()
    return {
        "count": count,
        "next": link(request, number + 1) if number * size < count else None,
        "previous": link(request, number - 1) if number > 1 else None,
        "results": list(rows[(number - 1) * size : number * size]),
    }


def link(request, number):
    query = request.GET.copy()
    query["page"] = number
    return request.build_absolute_uri(f"?{query.urlencode()}")


@api.get("/api/sessions/", response=schemas.PageOut)
def sessions(
    request: HttpRequest,
    filters: Query[schemas.SessionFilters],
    page_size: int = 20,
    number: int = Query(1, alias="page"),
):
    rows = filters.filter(reading.sessions(request.auth))
    if filters.date_from:
        rows = rows.order_by("date", "id")
    return page(request, rows, number, page_size)


@api.get("/api/sessions/my_sessions/", response=schemas.MySessionsOut)
def my_sessions(request: HttpRequest, number: int = Query(1, alias="page")):
    answer = page(request, reading.mine(reading.details(request.auth), request.auth), number, 100)
    for name, created in (("created", True), ("joined", False)):
        answer[name] = [
            row for row in answer["results"] if (row.creator_id == request.auth.pk) is created
        ]
    return answer


@api.get("/api/sessions/{pk}/", response=schemas.SessionDetailOut)
def session(request: HttpRequest, pk: int):
    return get_object_or_404(reading.details(request.auth), pk=pk)


@api.post("/api/sessions/{pk}/join/", response={201: schemas.JoinedOut})
def join_session(request: HttpRequest, pk: int):
    try:
        place = join(pk, request.auth)
    except CannotJoinError:
        raise HttpError(400, "You can't join this session.") from None
    return 201, {
        "id": place.pk,
        "user": request.auth,
        "message": "Successfully joined the session",
        "status": "approved",
        "requested_at": place.joined_at,
        "session": get_object_or_404(reading.details(request.auth), pk=pk),
    }


@api.get("/api/notifications/", response=list[schemas.NotificationOut])
def notifications(request: HttpRequest):
    return Notification.objects.filter(user=request.auth).order_by("-id")[:100]


@api.get("/v1/friends/{user_id}/messages/", response=list[schemas.MessageOut])
def messages(request: HttpRequest, user_id: int):
    if not reading.were_friends(request.auth, user_id):
        raise HttpError(403, "Not your friend.")
    return reading.conversation(request.auth, user_id)
