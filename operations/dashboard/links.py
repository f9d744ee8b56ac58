"""Who may see which table in the admin, and the addresses of its lists."""

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
    """As the admin decides it: who may change may look."""
    codes = (get_permission_codename(act, model._meta) for act in ("view", "change"))
    return any(user.has_perm(f"{model._meta.app_label}.{code}") for code in codes)


def link_to(model: type[Model], **filters: Any) -> str:
    """The admin's list of those rows; "" for a table that has none."""
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
