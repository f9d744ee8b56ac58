"""Django's own error pages, which the admin has in development."""

from django.views.debug import ExceptionReporter


def test_they_show_no_password_that_is_within_an_address(settings, rf):
    settings.REDIS_URL = "redis://:a-secret-of-redis@redis.example/0"
    request = rf.get("/admin/", DATABASE_URL="postgres://ada:a-secret-of-postgres@db.example/x")

    page = ExceptionReporter(request, ValueError, ValueError("?"), None).get_traceback_html()

    assert "redis.example/0" in page
    assert "db.example/x" in page
    assert "a-secret-of" not in page
