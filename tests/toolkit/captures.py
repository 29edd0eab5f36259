"""Small files of every format a captured copy may have, and copies made of them."""

import gzip
import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime
from typing import Any

from toolkit import copies
from toolkit.formats import recognize
from toolkit.models import Resource, ResourceCopy

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HTML = b"<!doctype html>\n<title>Good jobs</title>\n<script>alert(document.domain)</script>\n"
WARC = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
WARC_GZ = gzip.compress(WARC, mtime=0)
PACKAGE = {"profile": "data-package", "wacz_version": "1.1.1", "resources": []}
VERIFIED = datetime(2025, 5, 1, 12, tzinfo=UTC)


def zipped(
    members: dict[str, bytes] | None = None, compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A zip; without ``members`` a web archive of one capture."""
    if members is None:
        members = {
            "archive/data.warc.gz": WARC_GZ,
            "datapackage.json": json.dumps(PACKAGE).encode(),
        }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def described(resource: Resource, data: bytes = PDF, **changes: Any) -> ResourceCopy:
    """The row of a file, not saved and its file not stored."""
    values = {
        "resource": resource,
        "sha256": sha(data),
        "size": len(data),
        "kind": recognize(io.BytesIO(data)).kind,
        "file_name": "guide.pdf",
        "captured_on": date(2025, 3, 7),
        "capture_method": "Downloaded by hand",
        "verified_at": VERIFIED,
        **changes,
    }
    return ResourceCopy(**values)


def kept(resource: Resource, data: bytes = PDF, **changes: Any) -> ResourceCopy:
    """A copy whose file is stored."""
    return copies.add(described(resource, data, **changes), io.BytesIO(data))
