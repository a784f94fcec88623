"""A mechanism as a package for course systems: SCORM 1.2, which most of them take as an uploaded file."""

from __future__ import annotations

import io
import re
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kg.model.mechanism import Mechanism
from kg.page.layout import clean

LONGEST = 200  # characters of a title, as the schema of IMS CP 1.1.2 allows


def manifest(mechanism: Mechanism, language: str = "") -> str:
    """The ``imsmanifest.xml`` of a package of one page, in the namespaces of IMS CP 1.1.2 and ADL SCORM 1.2.

    >>> from kg.model.mechanism import Mechanism
    >>> [line.strip() for line in manifest(Mechanism(id="one", title="A & B")).splitlines() if "<title>" in line]
    ['<title>A &amp; B</title>', '<title>A &amp; B</title>']
    """
    title = escape(clean(mechanism.title or mechanism.id)[:LONGEST])
    name = quoteattr("kg-" + re.sub(r"[^A-Za-z0-9_.-]", "-", mechanism.id)[:80])
    spoken = f" parameters={quoteattr(f'#lang={language}')}" if language else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier={name} version="1.0" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
  xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>1.2</schemaversion>
  </metadata>
  <organizations default="course">
    <organization identifier="course">
      <title>{title}</title>
      <item identifier="tour" identifierref="page"{spoken}>
        <title>{title}</title>
      </item>
    </organization>
  </organizations>
  <resources>
    <resource identifier="page" type="webcontent" adlcp:scormtype="sco" href="index.html">
      <file href="index.html"/>
    </resource>
  </resources>
</manifest>
"""


def package(mechanism: Mechanism, page: str, language: str = "") -> bytes:
    """The zip of a manifest and the page; the same bytes for the same page."""
    held = io.BytesIO()
    with ZipFile(held, "w") as archive:
        for name, text in (("imsmanifest.xml", manifest(mechanism, language)), ("index.html", page)):
            archive.writestr(ZipInfo(name), text.encode("utf-8", "replace"), ZIP_DEFLATED, 9)
    return held.getvalue()
