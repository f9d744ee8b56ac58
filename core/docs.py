"""The pages that show the API's description, whole without the internet."""

from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, as YAML or, with `?format=json` or by `Accept`, as JSON."""

    authentication_classes = []
    content_negotiation_class = DefaultContentNegotiation

    def _get_version_parameter(self, request: Request) -> None:
        """There is one version; the library would put what `?version=` says into a header."""


class SwaggerView(SpectacularSwaggerView):
    authentication_classes = []
    renderer_classes = [TemplateHTMLRenderer]


class RedocView(SpectacularRedocView):
    """With a template of our own, since the library's asks for web fonts."""

    authentication_classes = []
    renderer_classes = [TemplateHTMLRenderer]
    template_name = "core/redoc.html"
