"""Compression of pages."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressionMiddleware(GZipMiddleware):
    """Compress what may be: a response marked ``no-transform`` is sent byte for byte (RFC 9111).

    Files are marked so. They are compressed already, and their length and hash are told.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress the response, unless it says that it must not be."""
        if "no-transform" in response.headers.get("Cache-Control", ""):
            return response
        return super().process_response(request, response)
