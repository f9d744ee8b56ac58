"""The security of a production server, on by default; `core/http/csp.py` has the content security
policies."""

from urllib.parse import urlsplit

from config.environment import env, readable
from config.settings.process import DEBUG, NUM_PROXIES, PUBLIC_URL

# Sessions of staff last a working day, and end when the browser is closed.
SESSION_ENGINE = "core.http.session_store"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Where people go after signing in at /admin/login/ itself: the dashboard.
LOGIN_REDIRECT_URL = "admin:index"
# Needed behind proxies that don't pass on the port, where Django can't determine its own origin.
with readable("PUBLIC_URL"):
    _public = urlsplit(PUBLIC_URL)
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if _public.netloc else []

if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    # Health checks and Prometheus use plain HTTP, inside the network.
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    # After one visit over HTTPS a browser uses only HTTPS for this time, which can't be undone: a
    # month protects monthly visitors, and limits the harm of a mistake.
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 2_592_000, most=63_072_000)
    # These affect other hosts of the domain, so the operator decides; Django's checks, which would
    # insist on them, are silenced.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    if NUM_PROXIES:
        # Behind a proxy, our redirect may be off because the proxy redirects.
        SILENCED_SYSTEM_CHECKS.append("security.W008")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # Browsers accept cookies of these names only from this exact host and over HTTPS.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    # Scripts need not read it: forms contain the token.
    CSRF_COOKIE_HTTPONLY = True
    if NUM_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
