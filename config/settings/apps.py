"""The apps, from the highest layer to the lowest, and the middleware."""

INSTALLED_APPS = [
    "operations",
    "zoom",
    "sessions_app",
    "friendships",
    "materials",
    "notifications",
    "accounts",
    "mail",
    "core",
    "unfold.apps.BasicAppConfig",  # before the admin, to override its templates
    "unfold.contrib.filters",
    "core.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "core.http.request_log.RequestIdMiddleware",
    "core.http.request_log.RequestLogMiddleware",
    "core.http.csp.PageCSPMiddleware",
    "core.http.middleware.ErrorEnvelopeMiddleware",
    "core.http.middleware.CookieMiddleware",
    "core.http.middleware.HttpsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.http.middleware.ContentLengthMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.http.middleware.HostMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# In the session, since in a cookie they would have backslashes, which `CookieMiddleware` removes.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
# An address without its final slash gets a 404 that names the right one: a redirect would lose
# the body of a POST.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
