from django.utils import timezone
from rest_framework import serializers

from bench.baselines.tables import models, reading


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = models.User
        fields = ["id", "username", "first_name", "last_name", "email", "role", "date_joined"]


class SessionSerializer(serializers.ModelSerializer):
    creator = UserSerializer()
    participant_count = serializers.IntegerField()
    is_full = serializers.SerializerMethodField()
    available_spots = serializers.SerializerMethodField()
    can_join = serializers.SerializerMethodField()
    viewer_role = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = models.Session
        fields = [
            "id",
            "title",
            "description",
            "subject",
            "level",
            "date",
            "duration",
            "max_participants",
            "booking_mode",
            "creator",
            "status",
            "created_at",
            "updated_at",
            "participant_count",
            "is_full",
            "available_spots",
            "can_join",
            "viewer_role",
            "allowed_actions",
        ]

    def get_is_full(self, session):
        return reading.is_full(session)

    def get_available_spots(self, session):
        return session.max_participants - session.participant_count

    def get_can_join(self, session):
        return reading.can_join(session, timezone.now())

    def get_viewer_role(self, session):
        return reading.role(session, self.context["request"].user)

    def get_allowed_actions(self, session):
        return reading.actions(session, self.context["request"].user, timezone.now())


class ParticipantSerializer(serializers.ModelSerializer):
    user = UserSerializer()
    role = serializers.SerializerMethodField()
    status = serializers.ReadOnlyField(default="approved")

    class Meta:
        model = models.Participant
        fields = ["id", "user", "role", "status", "joined_at"]

    def get_role(self, place):
        return "tutor" if place.user.role == "instructor" else "student"


class MaterialSerializer(serializers.ModelSerializer):
    uploaded_by = UserSerializer()
    file = serializers.ReadOnlyField(default="")

    class Meta:
        model = models.Material
        fields = [
            "id",
            "title",
            "type",
            "url",
            "file",
            "file_name",
            "content",
            "uploaded_by",
            "uploaded_at",
        ]


class BookingRequestSerializer(serializers.ModelSerializer):
    user = UserSerializer()

    class Meta:
        model = models.BookingRequest
        fields = ["id", "user", "message", "status", "requested_at"]


class SessionDetailSerializer(SessionSerializer):
    participants = ParticipantSerializer(source="present", many=True)
    materials = MaterialSerializer(source="shown_materials", many=True)
    booking_requests = BookingRequestSerializer(source="shown_requests", many=True)

    class Meta(SessionSerializer.Meta):
        fields = [
            *SessionSerializer.Meta.fields,
            "participants",
            "materials",
            "booking_requests",
        ]


class NotificationSerializer(serializers.ModelSerializer):
    class Meta:
        model = models.Notification
        fields = ["id", "user", "title", "message", "type", "session", "read", "created_at"]


class MessageSerializer(serializers.ModelSerializer):
    session = serializers.IntegerField(source="session_id")

    class Meta:
        model = models.Message
        fields = ["id", "sender", "recipient", "text", "session", "read", "created_at"]
