"""Permissions for tables in the admin, and links to its lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import site
from django.contrib.auth import get_permission_codename
from django.db.models import Model
from django.urls import reverse

from accounts.models import User
from operations.dashboard.periods import Period


def may_see(user: User, model: type[Model]) -> bool:
    """Whether the user may view the table: as in the admin, permission to change is enough."""
    codes = (get_permission_codename(action, model._meta) for action in ("view", "change"))
    return any(user.has_perm(f"{model._meta.app_label}.{code}") for code in codes)


def link_to(model: type[Model], **filters: Any) -> str:
    """Return the URL of the admin's list with these filters; "" if the table isn't in the admin."""
    if not site.is_registered(model):
        return ""
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    values = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in filters.items()
    }
    return f"{path}?{urlencode(values)}"


def link_to_days(model: type[Model], column: str, period: Period, **filters: Any) -> str:
    within = {f"{column}__gte": period.start, f"{column}__lt": period.end}
    return link_to(model, **within, **filters)
