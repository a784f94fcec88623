"""Licences of sources: the SPDX id that an address of Creative Commons stands for, and whether sentences may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

SPDX = "https://spdx.org/licenses/"
#: An address of Creative Commons: what it allows, its version, and the country whose law it is ported to.
_CC = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/"
    r"(?P<what>licenses/(?P<terms>by(?:-nc)?(?:-nd|-sa)?)|publicdomain/(?P<free>zero|mark))"
    r"/(?P<version>\d\.\d)(?:/(?P<port>[a-z]{2,3}))?(?![\w.-])",
    re.IGNORECASE,
)
#: The ids of SPDX for licences that are ported to the law of a country, for articles: others stay addresses.
_PORTED = {
    "CC-BY-2.5-AU",
    *(f"CC-BY-3.0-{port}" for port in ("AT", "AU", "DE", "IGO", "NL", "US")),
    *(f"CC-BY-SA-{port}" for port in ("2.0-UK", "2.1-JP", "3.0-AT", "3.0-DE", "3.0-IGO")),
    *(f"CC-BY-{terms}-3.0-DE" for terms in ("NC", "ND", "NC-ND", "NC-SA")),
    *(f"CC-BY-{terms}-3.0-IGO" for terms in ("NC-ND", "NC-SA")),
}
_FREE = {"zero": "CC0", "mark": "CC-PDM"}
#: What a sentence may be shown under, with attribution. Not NC, since kg cannot know the use, nor ND, since a sentence is an
#: excerpt and may be shortened.
_ALLOWING = ("by", "by-sa")


def spdx(address: str) -> str:
    """The SPDX id of a licence of Creative Commons; an address without one is returned as it is.

    >>> spdx("http://creativecommons.org/licenses/by/4.0/legalcode"), spdx("https://creativecommons.org/publicdomain/zero/1.0/")
    ('CC-BY-4.0', 'CC0-1.0')
    >>> spdx("https://creativecommons.org/licenses/by/3.0/igo/"), spdx("https://creativecommons.org/licenses/by/2.1/jp/")
    ('CC-BY-3.0-IGO', 'https://creativecommons.org/licenses/by/2.1/jp/')
    """
    found = _CC.match(address.strip())
    if not found:
        return address.strip()
    name = _FREE[found["free"].lower()] if found["free"] else f"CC-{found['terms'].upper()}"
    id = "-".join(filter(None, (name, found["version"], (found["port"] or "").upper())))
    return id if not found["port"] or id in _PORTED else address.strip()


def stated(addresses: Iterable[str]) -> tuple[str, ...]:
    """The licences of Creative Commons among addresses or sentences that hold some, each once.

    CC0 beside another licence is the usual waiver for the data of an article, and does not count.

    >>> stated(["see http://creativecommons.org/licenses/by/2.0, and https://creativecommons.org/publicdomain/zero/1.0/ for data"])
    ('CC-BY-2.0',)
    """
    found = dict.fromkeys(spdx(one.group()) for text in addresses for one in _CC.finditer(text))
    return tuple(one for one in found if one != "CC0-1.0") or tuple(found)


def iri(licence: str) -> str:
    """The IRI of a licence in RDF: that of its SPDX id, or the address that it is.

    >>> iri("CC-BY-4.0"), named(iri("CC-BY-4.0")), named(iri("https://example.org/terms"))
    ('https://spdx.org/licenses/CC-BY-4.0', 'CC-BY-4.0', 'https://example.org/terms')
    """
    return licence if re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", licence) else SPDX + quote(licence)


def named(iri: str) -> str:
    """The licence that has that IRI."""
    return unquote(iri.removeprefix(SPDX)) if iri.startswith(SPDX) else iri


def link(licence: str) -> str:
    """The address of a licence that has an SPDX id, or is an address.

    >>> link("CC-BY-3.0-IGO"), link("CC0-1.0"), link("MIT")
    ('https://creativecommons.org/licenses/by/3.0/igo/', 'https://creativecommons.org/publicdomain/zero/1.0/', 'https://spdx.org/licenses/MIT')
    """
    found = re.fullmatch(r"CC-(BY(?:-NC)?(?:-ND|-SA)?)-(\d\.\d)(?:-([A-Z]{2,3}))?", licence)
    if found:
        port = f"{found[3].lower()}/" if found[3] else ""
        return f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/{port}"
    free = next((free for free, name in _FREE.items() if licence == f"{name}-1.0"), "")
    return f"https://creativecommons.org/publicdomain/{free}/1.0/" if free else iri(licence)


def forbids(licence: str) -> str:
    """Why a sentence under that licence may not be shown with attribution; nothing if it may.

    >>> forbids("CC-BY-4.0"), forbids(""), forbids("CC-BY-NC-ND-4.0")
    ('', 'its source states no licence', 'the licence CC-BY-NC-ND-4.0 does not allow it')
    """
    if not licence:
        return "its source states no licence"
    found = _CC.match(link(licence))
    allows = found and (found["free"] or found["terms"].lower() in _ALLOWING)
    return "" if allows else f"the licence {licence} does not allow it"
