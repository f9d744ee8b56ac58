"""The API: DRF, limits, CORS, live push and the API description."""

from corsheaders.defaults import default_headers

from config.environment import env
from config.settings.process import DEBUG, NUM_PROXIES

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttling.RequestThrottle"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.renderers.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "core.api.openapi.Schema",
    "EXCEPTION_HANDLER": "core.api.error_handling.handle",
    "NUM_PROXIES": NUM_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["core.api.renderers.JSONRenderer"],
}
# The maximum size of a body without its files, and of a file, in bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MAX_FILE_BYTES = env.int("MATERIAL_MAX_MB", 25, least=1, most=1000) * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "core.api.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Larger files, in bytes, are stored on the disk during the upload, not in memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

# How long repeats of a request with an Idempotency-Key have to wait if its process dies.
IDEMPOTENCY_LEASE_SECONDS = env.int("IDEMPOTENCY_LEASE_SECONDS", 60, least=45, most=3600)

DISABLE_THROTTLING = env.bool("DISABLE_THROTTLING", False)
# Requests per window: "<number>/<second|minute|hour|day>".
THROTTLE_RATES = {
    "sign_in_address": env.str("THROTTLE_SIGN_IN_ADDRESS", "60/minute"),
    "sign_in_account": env.str("THROTTLE_SIGN_IN_ACCOUNT", "20/minute"),
    "sign_in_everywhere": env.str("THROTTLE_SIGN_IN_EVERYWHERE", "60/minute"),
    "register": env.str("THROTTLE_REGISTER", "60/minute"),
    "password_reset": env.str("THROTTLE_PASSWORD_RESET", "20/minute"),
    "password_reset_account": env.str("THROTTLE_PASSWORD_RESET_ACCOUNT", "5/hour"),
    "anonymous": env.str("THROTTLE_ANONYMOUS", "300/minute"),
    "person": env.str("THROTTLE_PERSON", "1200/minute"),
    "friend_request": env.str("THROTTLE_FRIEND_REQUEST", "60/hour"),
    "message": env.str("THROTTLE_MESSAGE", "60/minute"),
    "join": env.str("THROTTLE_JOIN", "120/hour"),
    "create_session": env.str("THROTTLE_CREATE_SESSION", "60/hour"),
    "change_session": env.str("THROTTLE_CHANGE_SESSION", "120/hour"),
    "session_status": env.str("THROTTLE_SESSION_STATUS", "240/hour"),
    "decide": env.str("THROTTLE_DECIDE", "600/hour"),
    "upload": env.str("THROTTLE_UPLOAD", "120/hour"),
    "one_on_one": env.str("THROTTLE_ONE_ON_ONE", "60/hour"),
    "start_meeting": env.str("THROTTLE_START_MEETING", "30/day"),
    "start_pair": env.str("THROTTLE_START_PAIR", "10/day"),
    "start_newcomer": env.str("THROTTLE_START_NEWCOMER", "5/day"),
    "leave_meeting": env.str("THROTTLE_LEAVE_MEETING", "60/hour"),
    "join_token": env.str("THROTTLE_JOIN_TOKEN", "60/minute"),
    "email_change": env.str("THROTTLE_EMAIL_CHANGE", "5/hour"),
}

CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOWED_ORIGIN_REGEXES = [r"^https?://(localhost|127\.0\.0\.1)(:\d+)?$"] if DEBUG else []
CORS_URLS_REGEX = r"^/(api|v1|healthz|readyz)"
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key"]
CORS_EXPOSE_HEADERS = ["Idempotent-Replayed", "Link", "Retry-After", "X-Request-ID"]

# The maximum number of sockets for live push that a person may have open.
SOCKETS_PER_PERSON = env.int("SOCKETS_PER_PERSON", 10, least=1)
# In seconds: how often an open socket checks that its token and account are still valid. It is also
# notified at once when they become invalid; this is for notices that were lost while Redis was
# unavailable.
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
    "ENFORCE_NON_BLANK_FIELDS": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": ["core.api.openapi.finish"],
}
