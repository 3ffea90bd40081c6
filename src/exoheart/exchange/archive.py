"""A COMBINE archive: a zip file with a manifest that says what each file is.

Written with the standard library: the format is a zip file and a page of XML, and the
libraries for it stamp the hour into what they write, where the same command has to give
the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from exoheart.exchange.notes import MARK

_SPECIFICATION = "http://identifiers.org/combine.specifications"
_MEDIA = "http://purl.org/NET/mediatypes"
#: What a file can be, as the manifest says it.
FORMATS: Mapping[str, str] = {
    "archive": f"{_SPECIFICATION}/omex",
    "manifest": f"{_SPECIFICATION}/omex-manifest",
    "metadata": f"{_SPECIFICATION}/omex-metadata",
    "SBML": f"{_SPECIFICATION}/sbml.level-3.version-2",
    "SED-ML": f"{_SPECIFICATION}/sed-ml.level-1.version-3",
    "study": f"{_MEDIA}/application/toml",
}
#: Zip files can't be without a date; this one is the earliest that they have.
_DATE = (1980, 1, 1, 0, 0, 0)
_MANIFEST, _METADATA = "manifest.xml", "metadata.rdf"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive: its name, a key of :data:`FORMATS`, its text.

    `first` marks the file that a tool opens.
    """

    name: str
    format: str
    text: str
    first: bool = False


def archive(entries: tuple[Entry, ...], title: str, description: str) -> bytes:
    """Pack files into an archive; the same bytes for the same files.

    Parameters
    ----------
    entries
        All but the manifest and the metadata, which are made here.
    title, description
        Of the archive, in its metadata.
    """
    told = Entry(_METADATA, "metadata", _metadata(title, description))
    listed = (*entries, told)
    whole = (Entry(_MANIFEST, "manifest", _manifest(listed)), *listed)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as out:
        out.comment = MARK.encode()
        for entry in whole:
            info = ZipInfo(entry.name, _DATE)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            out.writestr(info, entry.text.encode())
    return packed.getvalue()


def _manifest(entries: tuple[Entry, ...]) -> str:
    rows = [
        _content(".", "archive", False),
        _content(f"./{_MANIFEST}", "manifest", False),
        *(_content(f"./{one.name}", one.format, one.first) for one in entries),
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<omexManifest xmlns="{_SPECIFICATION}/omex-manifest">\n'
        + "\n".join(rows)
        + "\n</omexManifest>\n"
    )


def _content(place: str, format_: str, first: bool) -> str:
    master = ' master="true"' if first else ""
    return (
        f"  <content location={quoteattr(place)} "
        f"format={quoteattr(FORMATS[format_])}{master}/>"
    )


def _metadata(title: str, description: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dcterms="http://purl.org/dc/terms/">\n'
        '  <rdf:Description rdf:about=".">\n'
        f"    <dcterms:title>{escape(title)}</dcterms:title>\n"
        f"    <dcterms:description>{escape(description)}</dcterms:description>\n"
        "  </rdf:Description>\n"
        "</rdf:RDF>\n"
    )
