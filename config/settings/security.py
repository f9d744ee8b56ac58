"""What the deploy check asks of a production server."""

from config.environment import env
from config.settings.process import DEBUG, NUM_PROXIES

if not DEBUG:
    # Off by default, since the servers here speak plain HTTP: a proxy in front ends TLS.
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", False)
    # One answer over HTTPS binds the whole domain for so long: the operator decides.
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 0, most=63_072_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Health checks and Prometheus come from inside, over plain HTTP.
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    if NUM_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
