import django_filters
from rest_framework import generics, mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

from bench.baselines.drf import serializers
from bench.baselines.tables import reading
from bench.baselines.tables.joining import CannotJoinError, join
from bench.baselines.tables.models import Notification, Session


class Page(PageNumberPagination):
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


class HundredPage(Page):
    page_size = 100


class CharInFilter(django_filters.BaseInFilter, django_filters.CharFilter):
    pass


class SessionFilter(django_filters.FilterSet):
    status = CharInFilter(field_name="status", lookup_expr="in")
    subject = django_filters.CharFilter(lookup_expr="icontains")
    level = django_filters.CharFilter()
    date_from = django_filters.IsoDateTimeFilter(method="begin_from")

    class Meta:
        model = Session
        fields = ["status", "subject", "level"]

    def begin_from(self, rows, name, moment):
        return rows.filter(date__gte=moment).order_by("date", "id")


class SessionViewSet(viewsets.ReadOnlyModelViewSet):
    pagination_class = Page
    filterset_class = SessionFilter

    def get_queryset(self):
        user = self.request.user
        return reading.sessions(user) if self.action == "list" else reading.details(user)

    def get_serializer_class(self):
        if self.action == "list":
            return serializers.SessionSerializer
        return serializers.SessionDetailSerializer

    @action(detail=False, pagination_class=HundredPage)
    def my_sessions(self, request):
        rows = self.paginate_queryset(reading.mine(self.get_queryset(), request.user))
        details = self.get_serializer(rows, many=True).data
        context = self.get_serializer_context()
        shown = serializers.SessionSerializer(rows, many=True, context=context).data
        page = self.get_paginated_response(shown)
        page.data["created"] = [each for each in details if each["viewer_role"] == "creator"]
        page.data["joined"] = [each for each in details if each["viewer_role"] != "creator"]
        return page

    @action(methods=["post"], detail=True)
    def join(self, request, pk):
        try:
            place = join(pk, request.user)
        except CannotJoinError:
            raise ValidationError("You can't join this session.") from None
        return Response(
            {
                "id": place.pk,
                "user": serializers.UserSerializer(request.user).data,
                "message": "Successfully joined the session",
                "status": "approved",
                "requested_at": place.joined_at,
                "session": self.get_serializer(self.get_object()).data,
            },
            status=201,
        )


class NotificationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    serializer_class = serializers.NotificationSerializer

    def get_queryset(self):
        return Notification.objects.filter(user=self.request.user).order_by("-id")[:100]

    def filter_queryset(self, queryset):
        return queryset  # a slice can't be filtered any more


class MessageList(generics.ListAPIView):
    serializer_class = serializers.MessageSerializer
    filter_backends = []

    def get_queryset(self):
        user, other = self.request.user, self.kwargs["user_id"]
        if not reading.were_friends(user, other):
            raise PermissionDenied
        return reading.conversation(user, other)
