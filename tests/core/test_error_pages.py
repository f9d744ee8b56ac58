"""Django's own error pages, which the admin shows in development."""

from django.views.debug import ExceptionReporter


def test_passwords_within_urls_are_not_shown(settings, rf):
    settings.REDIS_URL = "redis://:a-secret-of-redis@redis.example/0"
    request = rf.get("/admin/", DATABASE_URL="postgres://ada:a-secret-of-postgres@db.example/x")

    page = ExceptionReporter(request, ValueError, ValueError("?"), None).get_traceback_html()

    assert "redis.example/0" in page
    assert "db.example/x" in page
    assert "a-secret-of" not in page
