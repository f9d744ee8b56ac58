"""Acts on rows that were chosen in a list: bounded, asked for a reason where one is told, each in a
transaction of its own, and reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from core.admin.unfolded import ModelAdmin, UnfoldAdminTextareaWidget
from core.errors import APIError
from core.fields import MAX_ID

# More takes longer than a page may, and would be more than a form may send back.
MAX_AT_ONCE = 500
SHOWN = 50
MAX_REASON = 1_000


class ReasonForm(forms.Form):
    """Why an act is done."""

    reason = forms.CharField(
        label="Reason, told to everybody concerned",
        max_length=MAX_REASON,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autofocus": True}),
    )


class ActingAdmin(ModelAdmin):
    """A list whose rows can be acted on."""

    # Those that may be done to a whole table.
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
        """Why the chosen rows can't be acted on, as a sentence; None if they can."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(is_id(text) for text in chosen):
            return "Choose rows of this list."
        number = len(chosen)
        if request.POST.get("action") in self.unbounded_actions:
            return None
        if request.POST.get("select_across") == "1":
            number = rows.order_by()[: MAX_AT_ONCE + 1].count()
        if number > MAX_AT_ONCE:
            return f"At most {MAX_AT_ONCE} at once: narrow the list by its filters first."
        return None

    def act_for_a_reason(
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
        """A page that shows what is about to be done and asks for what the form has; then the act
        on each row, as `act_on_each` does it."""
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
        """One act on each row, in a transaction of its own, and a report on all of them.

        Args:
            act: a service `(row, *, by, now, …)`; what it returns is said of the row.
            done: what a row then is, such as "cancelled".
        """
        number, missing = 0, len(request.POST.getlist(ACTION_CHECKBOX_NAME))
        for row in rows.order_by("pk"):
            missing -= 1
            by, now = request.user, timezone.now()
            number += self.try_to(request, row, lambda: act(row, by=by, now=now, **details))  # noqa: B023
        if missing > 0:
            self.message_user(request, f"{missing} no longer in this list.", messages.WARNING)
        self.message_user(request, f"{number} {done}.", messages.SUCCESS if number else "warning")

    def try_to(self, request: HttpRequest, thing: Any, act: Callable[[], str | None]) -> bool:
        """Do it; a refusal becomes a message, and loses nothing else."""
        try:
            said = act()
        except APIError as refusal:
            self.message_user(request, f"{thing}: {refusal.sentence}", messages.ERROR)
            return False
        if said:
            self.message_user(request, f"{thing}: {said}")
        return True


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= MAX_ID
