"""Rules that differ between sites, and the site's Zoom account."""

from datetime import timedelta

from config.environment import env

INSTRUCTOR_SIGNUP_OPEN = env.bool("INSTRUCTOR_SIGNUP_OPEN", True)
SESSION_APPROVAL_POLICY = env.str("SESSION_APPROVAL_POLICY", "creator")
# How long after its planned end a session left `ongoing` is completed by a scheduled job.
SESSION_COMPLETION_GRACE = timedelta(hours=env.int("SESSION_COMPLETION_GRACE_HOURS", 2))

# How long before a session its creator and participants are reminded.
REMINDER_LEADS = [
    timedelta(minutes=minutes) for minutes in env.minutes("REMINDER_LEAD_MINUTES", [1440, 60])
]

# ── 1-on-1 sessions, which meet at Zoom ──────────────────────────────────────────────────────
# A Server-to-Server OAuth app of the account; API key and secret are its client id and secret.
ZOOM_ACCOUNT_ID = env.str("ZOOM_ACCOUNT_ID", "")
ZOOM_API_KEY = env.str("ZOOM_API_KEY", "")
ZOOM_API_SECRET = env.str("ZOOM_API_SECRET", "")
ZOOM_BASE_URL = env.str("ZOOM_BASE_URL", "https://api.zoom.us/v2")
ZOOM_OAUTH_URL = env.str("ZOOM_OAUTH_URL", "https://zoom.us/oauth/token")
ZOOM_WEBHOOK_SECRET = env.str("ZOOM_WEBHOOK_SECRET", "")
# Ids or e-mail addresses of the account's users who host the meetings.
ZOOM_HOST_USERS: list[str] = env.list("ZOOM_HOST_USERS", default=["me"])
# How many meetings Zoom lets each host create per day, which begins at 00:00 UTC.
ZOOM_MEETINGS_PER_HOST = env.int("ZOOM_MEETINGS_PER_HOST", 100, least=1)
# The percentages of all hosts' meetings per day at which the log and the dashboard warn.
ZOOM_QUOTA_WARNINGS = env.percentages("ZOOM_QUOTA_WARNINGS", [80, 95])
# How long a used or expired join token is kept for staff to see.
JOIN_TOKENS_KEPT = timedelta(days=env.int("JOIN_TOKENS_KEPT_DAYS", 30, least=1, most=3650))
# Whether a meeting's address is shown only in the answer to a join token.
ZOOM_GATED = env.bool("ZOOM_GATED", False)
