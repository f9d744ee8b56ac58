"""Records of sign-ins and requests: revoked refresh tokens, known networks and idempotency keys."""

from __future__ import annotations

from django.db import models

from accounts.models.people import User
from core.api.idempotency import KeyedRequest


class RevokedToken(models.Model):
    """A refresh token that was signed out or used up by rotation.

    Our own model instead of simplejwt's blacklist, which stores whole tokens and doesn't
    distinguish signed-out tokens from rotated ones. If a rotated one is sent again, it was stolen.
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
    """The digest of a network from which a person has signed in. Failed attempts from elsewhere
    don't lock it out."""

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
    """A person's request with an `Idempotency-Key`, which is carried out once."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="idempotency_keys")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"], name="idempotency_key_unique_for_person"
            )
        ]

    def __str__(self) -> str:
        return self.key
