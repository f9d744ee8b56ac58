"""Actions on rows that are selected in a list of the admin.

Their number is limited, some ask for a reason, each row has its own transaction, and a message
reports the result.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from core.admin.unfold_classes import ModelAdmin, UnfoldAdminTextareaWidget
from core.api.fields import MAX_ID
from core.errors import APIError

# More would take too long for one request, and be too many fields for the form.
MAX_AT_ONCE = 500
SHOWN = 50
MAX_REASON = 1_000


class ReasonForm(forms.Form):
    """The form for the reason of an action."""

    reason = forms.CharField(
        label="Reason (sent to everybody concerned)",
        max_length=MAX_REASON,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autofocus": True}),
    )


class ActingAdmin(ModelAdmin):
    """A list with actions on its rows."""

    # Actions that have no limit on the number of rows.
    unbounded_actions = ("export_csv",)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        problem = self.choice_problem(request, queryset)
        if problem:
            self.message_user(request, problem, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset, *args, **kwargs)

    def choice_problem(self, request: HttpRequest, rows: QuerySet[Any]) -> str | None:
        """Return a sentence that says why the selection is not possible; None if it is."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(is_id(text) for text in chosen):
            return "Select rows from this list."
        number = len(chosen)
        if request.POST.get("action") in self.unbounded_actions:
            return None
        if request.POST.get("select_across") == "1":
            number = rows.order_by()[: MAX_AT_ONCE + 1].count()
        if number > MAX_AT_ONCE:
            return f"Select at most {MAX_AT_ONCE} rows: use the filters to narrow the list."
        return None

    def confirm_with_reason(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        act: Callable[..., str | None],
        done: str,
        *,
        title: str,
        sentence: str,
        form: Callable[[Any], forms.Form] = ReasonForm,
        **details: Any,
    ) -> HttpResponse | None:
        """Show a page that asks for confirmation and the form's fields; once they are sent, act on
        each row as `act_on_each` does."""
        asked = form(request.POST if "reason" in request.POST else None)
        if asked.is_valid():
            self.act_on_each(request, rows, act, done, **asked.cleaned_data, **details)
            return None
        chosen = list(rows)
        context = self.admin_site.each_context(request) | {
            "title": title,
            "sentence": sentence,
            "rows": chosen,
            "shown": chosen[:SHOWN],
            "hidden": len(chosen) - len(chosen[:SHOWN]),
            "form": asked,
            "action": request.POST["action"],
            "checkbox": ACTION_CHECKBOX_NAME,
            "opts": self.opts,
        }
        return TemplateResponse(request, "core/confirm_act.html", context)

    def act_on_each(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        act: Callable[..., str | None],
        done: str,
        **details: Any,
    ) -> None:
        """Act on each row in a transaction of its own, and report the results as messages.

        Args:
            act: a service `(row, *, by, now, …)`; a text that it returns becomes a message.
            done: the result of a success, such as "cancelled".
        """
        number, missing = 0, len(request.POST.getlist(ACTION_CHECKBOX_NAME))
        for row in rows.order_by("pk"):
            missing -= 1
            by, now = request.user, timezone.now()
            call = partial(act, row, by=by, now=now, **details)
            number += self.call_and_report(request, row, call)
        if missing > 0:
            self.message_user(request, f"{missing} no longer in this list.", messages.WARNING)
        self.message_user(request, f"{number} {done}.", messages.SUCCESS if number else "warning")

    def call_and_report(
        self, request: HttpRequest, obj: Any, act: Callable[[], str | None]
    ) -> bool:
        """Call `act`, and return whether it succeeded; a refusal becomes a message."""
        try:
            said = act()
        except APIError as refusal:
            self.message_user(request, f"{obj}: {refusal.sentence}", messages.ERROR)
            return False
        if said:
            self.message_user(request, f"{obj}: {said}")
        return True


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= MAX_ID
