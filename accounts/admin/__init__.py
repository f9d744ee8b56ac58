"""People, the staff's groups and mails in the admin, and the form that staff sign in by."""

from django.contrib import admin

from accounts.admin.groups import StaffGroupAdmin
from accounts.admin.mails import MailAdmin
from accounts.admin.people import PersonAdmin
from accounts.forms import LimitedSignInForm

admin.site.login_form = LimitedSignInForm

__all__ = ["MailAdmin", "PersonAdmin", "StaffGroupAdmin"]
