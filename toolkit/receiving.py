"""A captured copy as it comes in from a browser: hashed, counted and limited piece by piece."""

from __future__ import annotations

import hashlib
import io
import logging
import tempfile
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.views.decorators.csrf import csrf_exempt

from toolkit.bodies import takes_file
from toolkit.copy_storage import FULL
from toolkit.desk import ask_to_sign_in

logger = logging.getLogger(__name__)

FIELD = "file"
NO_ROOM = (
    "There is no room left to receive the file, and nothing was kept. Ask the site’s operator "
    "to free up space, then choose the file again."
)


class ReceivedFile(UploadedFile[Any]):
    """An uploaded file on disk, with its hash; ``problem`` says why it was not taken whole."""

    sha256 = ""
    problem = ""


class CopyUploadHandler(FileUploadHandler):
    """Take the one file of the form. What is too large is read to its end and thrown away.

    The browser then gets an answer it can show, and the disk no more than is allowed.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.received: ReceivedFile | None = None
        self.is_taken = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; any but the first one of the form's field is passed over."""
        super().new_file(*args, **kwargs)
        # Not by SkipFile, for which Django closes every file of the request, the first one too.
        self.is_taken = self.field_name == FIELD and self.received is None
        if not self.is_taken:
            return
        self.digest, self.size = hashlib.sha256(), 0
        self.received = ReceivedFile(name=self.file_name, size=0)
        try:
            # Without a name: nothing is left behind however this process ends.
            self.received.file = tempfile.TemporaryFile(  # noqa: SIM115 (the request closes it)
                dir=settings.FILE_UPLOAD_TEMP_DIR
            )
        except OSError as error:
            self.received.file = io.BytesIO()
            self._fail(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Count, hash and write a piece, until there is a problem with the file."""
        if not self.is_taken:
            return
        assert self.received is not None
        self.size += len(raw_data)
        if self.size > settings.COPY_MAX_BYTES:
            self.received.problem = (
                f"The file is larger than {filesizeformat(settings.COPY_MAX_BYTES)}, the most "
                "that can be kept here. Choose a smaller one; a long site can be split."
            )
        if self.received.problem:
            return
        self.digest.update(raw_data)
        try:
            self.received.write(raw_data)
        except OSError as error:
            self._fail(error)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """The file, ready to be read from its beginning; None if it is passed over."""
        if not self.is_taken:
            return None
        assert self.received is not None
        try:
            self.received.seek(0)
        except OSError as error:  # the last piece is written only now
            self._fail(error)
        self.received.size, self.received.sha256 = self.size, self.digest.hexdigest()
        return self.received

    def upload_interrupted(self) -> None:
        """The browser went away in the middle: forget what came."""
        if self.received is not None:
            self.received.close()

    def _fail(self, error: OSError) -> None:
        assert self.received is not None
        logger.exception("An uploaded file could not be received")
        is_full = error.errno in FULL
        self.received.problem = NO_ROOM if is_full else "The file did not arrive. Choose it again."


def receiving(permission: str) -> Callable[..., Callable[..., HttpResponse]]:
    """Let a view with a form receive a captured copy from those who have ``permission``.

    Anybody else is answered before a byte is read: a body that comes slowly keeps a thread of the
    server busy, and behind nginx this is the one address whose body is not collected first. Raises
    PermissionDenied for staff without the permission.

    The view has to check the form's token itself, as every view of the admin does: that reads the
    form, and by then it must be settled how its file is received.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @takes_file(None)
        @csrf_exempt
        @wraps(view)
        def prepared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                if not admin.site.has_permission(request):
                    return ask_to_sign_in(request)
                if not request.user.has_perm(permission):
                    raise PermissionDenied
                request.upload_handlers = [CopyUploadHandler(request)]
            return view(request, *args, **kwargs)

        return prepared

    return decorate
