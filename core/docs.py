"""The pages that show the API's description, whole without the internet."""

from django.utils.decorators import method_decorator
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request

from core import csp


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, as YAML or, with `?format=json` or by `Accept`, as JSON."""

    authentication_classes = []
    content_negotiation_class = DefaultContentNegotiation

    def _get_version_parameter(self, request: Request) -> None:
        """There is one version; the library would put what `?version=` says into a header."""


@method_decorator(csp.with_policy(csp.SWAGGER), name="dispatch")
class SwaggerView(SpectacularSwaggerSplitView):
    """With its script apart and a template of our own, since the policy takes nothing inline."""

    authentication_classes = []
    renderer_classes = [TemplateHTMLRenderer]
    template_name = "core/swagger.html"


@method_decorator(csp.with_policy(csp.REDOC), name="dispatch")
class RedocView(SpectacularRedocView):
    """With a template of our own, since the library's asks for web fonts."""

    authentication_classes = []
    renderer_classes = [TemplateHTMLRenderer]
    template_name = "core/redoc.html"
