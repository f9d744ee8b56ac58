"""All writes to 1-on-1 sessions: one function for each action."""

from zoom.services.meetings import action_deadline, end_due, sweep
from zoom.services.quota import NEWCOMER_LIMIT, PAIR_LIMIT, quota_of_day, report_quota
from zoom.services.sessions import (
    NO_SUCH_PERSON,
    call_off_overdue,
    cancel,
    clear_away,
    complete_overdue,
    create,
    end,
    end_sessions_of_pair,
    leave,
    mark_ready,
    stop,
)
from zoom.services.starting import start
from zoom.services.tokens import (
    NOT_YOUR_TOKEN,
    TOKEN_EXPIRED,
    TOKEN_UNKNOWN,
    TOKEN_USED,
    Issued,
    issue,
    redeem,
)
from zoom.services.webhooks import take

__all__ = [
    "NEWCOMER_LIMIT",
    "NOT_YOUR_TOKEN",
    "NO_SUCH_PERSON",
    "PAIR_LIMIT",
    "TOKEN_EXPIRED",
    "TOKEN_UNKNOWN",
    "TOKEN_USED",
    "Issued",
    "action_deadline",
    "call_off_overdue",
    "cancel",
    "clear_away",
    "complete_overdue",
    "create",
    "end",
    "end_due",
    "end_sessions_of_pair",
    "issue",
    "leave",
    "mark_ready",
    "quota_of_day",
    "redeem",
    "report_quota",
    "start",
    "stop",
    "sweep",
    "take",
]
