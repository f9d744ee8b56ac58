"""What is kept of people's sign-ins and requests: the refresh tokens that are spent, the networks
that they are known from, and what they asked for with a key."""

from __future__ import annotations

from django.db import models

from accounts.models.people import User
from core.idempotency import KeyedRequest


class RevokedToken(models.Model):
    """A refresh token that was signed out, or was used up by rotation.

    Our own instead of simplejwt's blacklist: that one stores every token whole, and can't tell
    a signed-out token from a used one, which is a theft when it comes again.
    """

    class Reason(models.TextChoices):
        SIGNED_OUT = "signed_out"
        ROTATED = "rotated"

    jti = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="revoked_tokens")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.reason} {self.jti}"


class KnownNetwork(models.Model):
    """A network from which a person has signed in, as a digest: others' failures don't shut it
    out."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_networks")
    digest = models.CharField(max_length=64)
    last_seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="network_known_once")
        ]

    def __str__(self) -> str:
        return f"known network {self.pk}"


class IdempotencyKey(KeyedRequest):
    """A request of a person's with an `Idempotency-Key`, which is done once."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="idempotency_keys")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"], name="idempotency_key_unique_for_person"
            )
        ]

    def __str__(self) -> str:
        return self.key
