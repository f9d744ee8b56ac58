"""Unmanaged models for the product's tables, without the stored number of participants: a simple
implementation counts rows."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import models


class User(AbstractBaseUser):
    username = models.CharField(max_length=150, unique=True)
    first_name = models.CharField(max_length=150)
    last_name = models.CharField(max_length=150)
    email = models.EmailField()
    role = models.CharField(max_length=20)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField()

    USERNAME_FIELD = "username"

    class Meta:
        managed = False
        db_table = "accounts_user"

    def __str__(self):
        return self.username


class Session(models.Model):
    title = models.CharField(max_length=200)
    description = models.TextField()
    subject = models.CharField(max_length=100)
    level = models.CharField(max_length=20)
    date = models.DateTimeField()
    duration = models.PositiveSmallIntegerField()
    max_participants = models.PositiveSmallIntegerField()
    booking_mode = models.CharField(max_length=10)
    status = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    creator = models.ForeignKey(User, models.PROTECT, related_name="created_sessions")

    class Meta:
        managed = False
        db_table = "sessions_app_session"

    def __str__(self):
        return self.title


class Participant(models.Model):
    session = models.ForeignKey(Session, models.CASCADE, related_name="participants")
    user = models.ForeignKey(User, models.PROTECT, related_name="participations")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "sessions_app_participant"

    def __str__(self):
        return str(self.pk)


class BookingRequest(models.Model):
    session = models.ForeignKey(Session, models.CASCADE, related_name="booking_requests")
    user = models.ForeignKey(User, models.PROTECT, related_name="booking_requests")
    message = models.CharField(max_length=1000)
    status = models.CharField(max_length=20)
    attempt = models.PositiveSmallIntegerField()
    requested_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "sessions_app_bookingrequest"

    def __str__(self):
        return str(self.pk)


class Material(models.Model):
    session = models.ForeignKey(Session, models.CASCADE, related_name="materials")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="materials")
    type = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=2000)
    content = models.TextField()
    file_name = models.CharField(max_length=150)
    uploaded_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "materials_material"

    def __str__(self):
        return self.title


class Notification(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    session = models.ForeignKey(Session, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=255)
    message = models.TextField()
    type = models.CharField(max_length=20)
    event = models.CharField(max_length=40)
    read = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "notifications_notification"

    def __str__(self):
        return self.title


class Friendship(models.Model):
    from_user = models.ForeignKey(User, models.PROTECT, related_name="+")
    to_user = models.ForeignKey(User, models.PROTECT, related_name="+")
    since = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "friendships_friendship"

    def __str__(self):
        return str(self.pk)


class Message(models.Model):
    sender = models.ForeignKey(User, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(User, models.PROTECT, related_name="+")
    session_id = models.BigIntegerField(null=True)
    text = models.TextField()
    read = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "friendships_message"

    def __str__(self):
        return self.text
