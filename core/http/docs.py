"""The pages that show the API description. They need nothing from the internet."""

from django.utils.decorators import method_decorator
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request

from core.http import csp


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1 as YAML; as JSON with `?format=json` or by `Accept`."""

    authentication_classes = []
    content_negotiation_class = DefaultContentNegotiation

    def _get_version_parameter(self, request: Request) -> None:
        """Return None: there is one version. The library would copy `?version=` to a header."""


@method_decorator(csp.with_policy(csp.SWAGGER), name="dispatch")
class SwaggerView(SpectacularSwaggerSplitView):
    """Swagger with a separate script and our own template: the CSP forbids inline scripts."""

    authentication_classes = []
    renderer_classes = [TemplateHTMLRenderer]
    template_name = "core/swagger.html"


@method_decorator(csp.with_policy(csp.REDOC), name="dispatch")
class RedocView(SpectacularRedocView):
    """Redoc with our own template, since the library's loads web fonts."""

    authentication_classes = []
    renderer_classes = [TemplateHTMLRenderer]
    template_name = "core/redoc.html"
