"""The hot reads of sessions: their SQL is compiled once, and they return rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal

from django.db.models import QuerySet

from accounts.models import User
from accounts.rows import columns, reader
from core.api.filters import FilterQuery
from core.api.listings import PagedList, PagedQueries
from core.db.compiled import (
    CompiledQuery,
    CompiledRow,
    Param,
    ParamList,
    Row,
    numbered_ids,
    rounded_length,
)
from materials.models import Material
from materials.rows import MaterialRow
from sessions_app.models import BookingRequest, Participant, Session
from sessions_app.rows import PlaceRow, RequestRow, SessionDetail, SessionFields, SessionRow
from sessions_app.states import OPEN, Mode, staff_approves

# Which sessions to list, in addition to the filters: "all", or a method of `SessionQuerySet`.
Whose = Literal["all", "created_by", "joined_by", "requested_by", "of"]
PK = Param("pk")
session_row: Callable[[Row], SessionRow] = reader(SessionRow)


class ViewerParam(Param):
    """The viewer as a parameter. Whether they are staff is known when the query is compiled."""

    def __init__(self, is_staff: bool) -> None:
        super().__init__("user")
        self.is_staff = is_staff


def listing(filters: FilterQuery, *, by: User, whose: Whose = "all") -> PagedList:
    """Return the sessions that match the filters, as list rows."""
    queries = list_queries(filters, order_of(filters), whose, by.is_staff, staff_approves())
    return PagedList(queries, session_row, user=by.pk, **filters.values)


@lru_cache(maxsize=500)
def list_queries(
    filters: FilterQuery, order: tuple[str, ...], whose: Whose, is_staff: bool, moderated: bool
) -> PagedQueries:
    viewer = ViewerParam(is_staff)
    rows = Session.objects.visible_to(viewer)
    rows = rows if whose == "all" else getattr(rows, whose)(viewer)
    return PagedQueries(
        filters.apply(rows).order_by(*order), lambda rows: select_columns(rows, viewer)
    )


def select_columns(rows: Any, viewer: ViewerParam) -> QuerySet[Any]:
    """Select the columns of a session row."""
    shown: QuerySet[Any] = rows.seen_by(viewer).values_list(*columns(SessionFields))
    return shown


def order_of(filters: FilterQuery) -> tuple[str, ...]:
    """Return the requested order; by default latest first, but soonest first with `date_from` or
    if all statuses are open (contract S13). Ids break ties, so that no row is on two pages."""
    if filters.ordering:
        return (*filters.ordering, "-id" if filters.ordering[-1].startswith("-") else "id")
    statuses = {value for name, value in filters.values.items() if name.startswith("status")}
    soonest = "date_from" in filters.values or (statuses and statuses <= OPEN)
    return ("date", "id") if soonest else ("-date", "-id")


def session(pk: int, *, by: User) -> Session | None:
    """Return a session as an instance with the facts of `seen_by`; None if it isn't visible to the
    user."""
    found: Session | None = one_query(by.is_staff, staff_approves()).first(pk=pk, user=by.pk)
    return found


@lru_cache
def one_query(is_staff: bool, moderated: bool) -> CompiledRow:
    viewer = ViewerParam(is_staff)
    return CompiledRow(Session.objects.visible_to(viewer).seen_by(viewer).filter(pk=PK))


def detail(pk: int, *, by: User) -> SessionDetail | None:
    """Return a session with its details; None if it isn't visible to the user."""
    rows = detail_query(by.is_staff, staff_approves()).fetch({"pk": pk, "user": by.pk})
    return details([session_row(row) for row in rows], by=by)[0] if rows else None


@lru_cache
def detail_query(is_staff: bool, moderated: bool) -> CompiledQuery:
    viewer = ViewerParam(is_staff)
    return CompiledQuery(select_columns(Session.objects.visible_to(viewer).filter(pk=PK), viewer))


def details(rows: Sequence[SessionRow], *, by: User) -> list[SessionDetail]:
    """Add the participants, materials and booking requests, with one query for each kind; a kind
    that none of the sessions can show needs no query."""
    with_requests = [row.pk for row in rows if row.booking_mode == Mode.REQUEST]
    with_materials = [row.pk for row in rows if may_see_materials(row, by)]
    places = grouped(place_query, PlaceRow, [row.pk for row in rows], by)
    booking_requests = grouped(request_query, RequestRow, with_requests, by)
    materials = grouped(material_query, MaterialRow, with_materials, by)
    return [
        SessionDetail(
            row, places.get(row.pk, []), materials.get(row.pk, []), booking_requests.get(row.pk, [])
        )
        for row in rows
    ]


def may_see_materials(row: SessionRow, user: User) -> bool:
    return user.is_staff or row.viewer_is_in or row.creator.pk == user.pk


def grouped(
    query: Callable[[int, bool], CompiledQuery], shape: Any, ids: list[int], by: User
) -> dict[int, list[Any]]:
    """Return the rows that belong to these sessions, grouped by session id."""
    found: dict[int, list[Any]] = {}
    if ids:
        build = reader(shape)
        for row in query(rounded_length(ids), by.is_staff).fetch(
            {"user": by.pk, **numbered_ids(ids)}
        ):
            found.setdefault(row[0], []).append(build(row))
    return found


@lru_cache
def place_query(length: int, is_staff: bool) -> CompiledQuery:
    rows = Participant.objects.for_list().filter(session__in=ParamList(length)).order_by("pk")
    return CompiledQuery(rows.values_list(*columns(PlaceRow)))


@lru_cache
def request_query(length: int, is_staff: bool) -> CompiledQuery:
    rows = BookingRequest.objects.visible_to(ViewerParam(is_staff)).filter(
        session__in=ParamList(length)
    )
    return CompiledQuery(rows.shown_with_sessions().values_list(*columns(RequestRow)))


@lru_cache
def material_query(length: int, is_staff: bool) -> CompiledQuery:
    rows = Material.objects.for_list().filter(session__in=ParamList(length))
    return CompiledQuery(rows.values_list(*columns(MaterialRow)))
