"""How the platform is put together. Every setting an operator may change is read from the
environment here, typed and with its default; the README has the same list as a table."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from config.environment import Environment, cloudinary_account, stop

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(BASE_DIR / ".env")

# ── The process ──────────────────────────────────────────────────────────────────────────────
DEBUG = env.bool("DEBUG", True)
PORT = env.int("PORT", 8000, least=1, most=65535)
# Where `make push` serves.
PUSH_PORT = env.int("PUSH_PORT", min(PORT + 1, 65535), least=1, most=65535)
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
if DEBUG:
    SECRET_KEY = SECRET_KEY or "for-development-only-a-key-that-everybody-can-read-here"
else:
    if not SECRET_KEY:
        stop("SECRET_KEY is not set: with DEBUG=0 set it to a long random text.")
    if not ALLOWED_HOSTS:
        stop("ALLOWED_HOSTS is not set: with DEBUG=0 list the host names served, by commas.")

# Proxies in front that append to X-Forwarded-For. With 0 the header is never believed.
NUM_PROXIES = env.int("NUM_PROXIES", 0)
FRONTEND_URL = env.str("FRONTEND_URL", "http://localhost:3000")
# This server as people reach it, for the addresses in mails and chat messages.
PUBLIC_URL = env.str("PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
DEMO_DATA = env.bool("DEMO_DATA", True)

# ── Rules that a site may choose ─────────────────────────────────────────────────────────────
INSTRUCTOR_SIGNUP_OPEN = env.bool("INSTRUCTOR_SIGNUP_OPEN", True)
SESSION_APPROVAL_POLICY = env.str("SESSION_APPROVAL_POLICY", "creator")
# How long after its planned end a session left `ongoing` is completed by the clock.
SESSION_COMPLETION_GRACE = timedelta(hours=env.int("SESSION_COMPLETION_GRACE_HOURS", 2))

# How long before a session its people are reminded of it.
REMINDER_LEADS = [
    timedelta(minutes=minutes) for minutes in env.minutes("REMINDER_LEAD_MINUTES", [1440, 60])
]

# ── 1-on-1 sessions, which meet at Zoom ──────────────────────────────────────────────────────
# A Server-to-Server OAuth app of the account; its client id and secret are called key and secret.
ZOOM_ACCOUNT_ID = env.str("ZOOM_ACCOUNT_ID", "")
ZOOM_API_KEY = env.str("ZOOM_API_KEY", "")
ZOOM_API_SECRET = env.str("ZOOM_API_SECRET", "")
ZOOM_BASE_URL = env.str("ZOOM_BASE_URL", "https://api.zoom.us/v2")
ZOOM_OAUTH_URL = env.str("ZOOM_OAUTH_URL", "https://zoom.us/oauth/token")
ZOOM_WEBHOOK_SECRET = env.str("ZOOM_WEBHOOK_SECRET", "")
# Ids or e-mail addresses of the account's users who hold the meetings, used in turn.
ZOOM_HOST_USERS: list[str] = env.list("ZOOM_HOST_USERS", default=["me"])
# Whether a meeting's address is told only in exchange for a join token.
ZOOM_GATED = env.bool("ZOOM_GATED", False)

# ── Apps, from the top of the house to the ground floor ──────────────────────────────────────
INSTALLED_APPS = [
    "operations",
    "zoom",
    "sessions_app",
    "friendships",
    "materials",
    "notifications",
    "accounts",
    "core",
    "django.contrib.admin",
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
    "core.middleware.RequestIdMiddleware",
    "core.middleware.ErrorEnvelopeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.ContentLengthMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
# An address without its last slash gets a 404 that names the right one: a redirect would lose
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

# ── Data ─────────────────────────────────────────────────────────────────────────────────────
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
}
_database = DATABASES["default"]
_options = _database.setdefault("OPTIONS", {})
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # A write transaction takes its lock at once: upgrading a read lock is what fails with
    # "database is locked" under load.
    _options.setdefault("transaction_mode", "IMMEDIATE")
    _options.setdefault("timeout", 20)
    _options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
elif _database["ENGINE"] == "django.db.backends.postgresql":
    # A pool, since threads of an ASGI server are short-lived; a dead connection is replaced
    # before it is handed out.
    _options.setdefault("pool", {"min_size": 1, "max_size": 20, "timeout": 5})
    _database["CONN_HEALTH_CHECKS"] = True

# Between the processes of a production server: the clock's tasks, and live push. Without it one
# process pushes what it writes itself.
REDIS_URL = env.str("REDIS_URL", "")
# Whether `make run` runs the clock's jobs itself, in a thread.
EMBEDDED_CLOCK = env.bool("EMBEDDED_CLOCK", True)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # Each person and address is a key of its own; one that is evicted is a limit forgotten.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))
MEDIA_URL = "media/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "local": {"BACKEND": "materials.stores.local.LocalStore"},
}
_cloudinary = cloudinary_account(
    env.str("CLOUDINARY_URL", ""),
    cloud_name=env.str("CLOUDINARY_CLOUD_NAME", ""),
    api_key=env.str("CLOUDINARY_API_KEY", ""),
    api_secret=env.str("CLOUDINARY_API_SECRET", ""),
)
# What django-cloudinary-storage wants to find; the store hands the account over by itself.
CLOUDINARY_STORAGE = {name.upper(): value for name, value in _cloudinary.items()}
if any(_cloudinary.values()):
    STORAGES["cloudinary"] = {
        "BACKEND": "materials.stores.cloud.CloudinaryStore",
        "OPTIONS": {"account": _cloudinary},
    }
# Where new files go: an alias of STORAGES.
MATERIAL_STORE = "cloudinary" if "cloudinary" in STORAGES else "local"
# Each kind that may be uploaded is described in `materials/kinds.py`.
MATERIAL_EXTENSIONS: list[str] = env.list(
    "MATERIAL_EXTENSIONS",
    default=[
        *["pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "zip"],
        *["txt", "md", "csv", "png", "jpg", "jpeg", "gif", "webp"],
    ],
)
FILE_ADDRESS_LIFETIME = timedelta(minutes=env.int("FILE_ADDRESS_MINUTES", 60, least=1))
# Under which a proxy in front serves MEDIA_ROOT to this server only, by X-Accel-Redirect.
MEDIA_ACCEL_PREFIX = env.str("MEDIA_ACCEL_PREFIX", "")
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
USE_I18N = False

# ── People ───────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.authentication.UsernameOrEmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_RESET_TIMEOUT = 60 * 60 * env.int("PASSWORD_RESET_HOURS", 24, least=1)
# Each refresh token works once when this is on; the documented client needs it off.
ROTATE_REFRESH_TOKENS = env.bool("ROTATE_REFRESH_TOKENS", False)
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", 15, least=1)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", 14, least=1, most=3650)),
    "SIGNING_KEY": SECRET_KEY,
    # The first is what answers name; schemes are compared without case (RFC 9110).
    "AUTH_HEADER_TYPES": ("Bearer", "bearer", "BEARER"),
}

vars().update(env.email("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Tutoring Sessions <noreply@localhost>")
EMAIL_TIMEOUT = 10

# ── The API ──────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["core.throttling.RequestThrottle"],
    "DEFAULT_PARSER_CLASSES": ["core.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["core.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.renderers.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "core.schema.Schema",
    "EXCEPTION_HANDLER": "core.errors.handle",
    "NUM_PROXIES": NUM_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["core.renderers.JSONRenderer"],
}
# The largest body that is not a file, and the largest file, in bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MAX_FILE_BYTES = env.int("MATERIAL_MAX_MB", 25, least=1, most=1000) * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "core.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# What is larger, in bytes, waits on the disk instead of in the memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

DISABLE_THROTTLING = env.bool("DISABLE_THROTTLING", False)
# Requests per window: "<number>/<second|minute|hour|day>".
THROTTLE_RATES = {
    "sign_in_address": env.str("THROTTLE_SIGN_IN_ADDRESS", "60/minute"),
    "sign_in_account": env.str("THROTTLE_SIGN_IN_ACCOUNT", "20/minute"),
    "register": env.str("THROTTLE_REGISTER", "60/minute"),
    "password_reset": env.str("THROTTLE_PASSWORD_RESET", "20/minute"),
    "password_reset_account": env.str("THROTTLE_PASSWORD_RESET_ACCOUNT", "5/hour"),
    "anonymous": env.str("THROTTLE_ANONYMOUS", "300/minute"),
    "person": env.str("THROTTLE_PERSON", "1200/minute"),
}

CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOWED_ORIGIN_REGEXES = [r"^https?://(localhost|127\.0\.0\.1)(:\d+)?$"] if DEBUG else []
CORS_URLS_REGEX = r"^/(api|v1|healthz|readyz)"
CORS_EXPOSE_HEADERS = ["Link", "Retry-After", "X-Request-ID"]

# How many sockets for live push a person may have open at once.
SOCKETS_PER_PERSON = env.int("SOCKETS_PER_PERSON", 10, least=1)
# In seconds, how often an open one asks whether its token and account are still good. An end is
# told to it at once; this is for what was told while Redis was down.
SOCKET_CHECK_SECONDS = env.int("SOCKET_CHECK_SECONDS", 30, least=1, most=3600)

SPECTACULAR_SETTINGS = {
    "TITLE": "Tutoring sessions API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/(api|v1)/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": False,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": ["core.schema.finish"],
}

# ── What the deploy check asks of a production server ────────────────────────────────────────
if not DEBUG:
    # Off by default, since the servers here speak plain HTTP: a proxy in front ends TLS.
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", False)
    # One answer over HTTPS binds the whole domain for so long: the operator decides.
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 0, most=63_072_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # Health checks come from inside, over plain HTTP.
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
    if NUM_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # Its own handlers would print each line twice, or mail it.
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}
