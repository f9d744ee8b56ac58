"""What keeps a production server safe, on unless it is turned off; `core/csp.py` has what
browsers may do with each kind of page."""

from urllib.parse import urlsplit

from config.environment import env, readable
from config.settings.process import DEBUG, NUM_PROXIES, PUBLIC_URL

# The staff's: a working day, and no longer than the browser is open.
SESSION_ENGINE = "core.session_store"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Whoever signs in at /admin/login/ itself goes on to the dashboard.
LOGIN_REDIRECT_URL = "admin:index"
# Where a proxy in front doesn't pass on the port, Django can't tell by itself.
with readable("PUBLIC_URL"):
    _public = urlsplit(PUBLIC_URL)
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if _public.netloc else []

if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    # Health checks and Prometheus come from inside, over plain HTTP.
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    # A browser that was here once over HTTPS takes nothing else for so long, and nobody can take
    # that back: a month protects whoever comes monthly, and a mistake heals in one.
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 2_592_000, most=63_072_000)
    # These bind other hosts of the domain, of which this server knows nothing: the operator
    # decides, and Django's checks would insist.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    if NUM_PROXIES:
        # Behind a proxy, turning our redirect off says that the proxy does it.
        SILENCED_SYSTEM_CHECKS.append("security.W008")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # Browsers take cookies of these names from this very host only, and over HTTPS.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    # Pages that need it have the token in their form.
    CSRF_COOKIE_HTTPONLY = True
    if NUM_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
