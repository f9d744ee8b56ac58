"""The form of a session in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from sessions_app import limits, services
from sessions_app.states import Mode, Status


class SessionForm(forms.ModelForm):
    """The fields that staff may change, within the limits of the API."""

    # The version that the page has shown: without it, an old page would undo later changes.
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version

    def clean_seen_version(self) -> None:
        if self.cleaned_data["seen_version"] != self.instance.version:
            raise forms.ValidationError(
                "This session has changed since you opened the page: reload it and try again."
            )

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if not subject and self.instance.booking_mode == Mode.REQUEST:
            raise forms.ValidationError("A session that people ask to join needs a subject.")
        return subject

    def clean_date(self) -> Any:
        date = self.cleaned_data["date"]
        if "date" in self.changed_data:
            problem = limits.date_problem(date, timezone.now())
            if self.instance.status == Status.ONGOING:
                problem = services.DATE_FIXED.sentence
            if problem:
                raise forms.ValidationError(problem)
        return date

    def clean_max_participants(self) -> int:
        places: int = self.cleaned_data["max_participants"]
        most = limits.MAX_PARTICIPANTS[Mode(self.instance.booking_mode)]
        least = max(limits.MIN_PARTICIPANTS, self.instance.participant_count)
        if not least <= places <= most:
            raise forms.ValidationError(f"From {least} to {most}.")
        return places
