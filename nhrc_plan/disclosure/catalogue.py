"""Metadata of the open data: as DCAT, and in the fields of the government data catalogue.

The words of the government's catalogue are those of its own form (ckanext-thai_gdc, the extension
that agencies run). What only the agency can say (who answers, the licence) it keeps as its
:class:`Publisher`; what it has not said is null, and named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from nhrc_plan.api.datasets import AGENCY, DATASETS, PLAN, Dataset
from nhrc_plan.disclosure.models import Publisher
from strategy.calendar import FiscalMonth
from strategy.models import Agency, Plan

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: Only those whose words mean one licence.
_LICENCES = {
    Publisher.Licence.BY: "https://creativecommons.org/licenses/by/4.0/",
    Publisher.Licence.BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/",
}
_FREQUENCIES = "http://publications.europa.eu/resource/authority/frequency/"
#: How often a dataset changes: in DCAT, in the government's catalogue.
_EVERY = {
    "month": ("MONTHLY", "เดือน"),
    "quarter": ("QUARTERLY", "ไตรมาส"),
    "year": ("ANNUAL", "ปี"),
}
_MEDIA = "https://www.iana.org/assignments/media-types/"
_KEYWORDS = ("แผนยุทธศาสตร์", "ตัวชี้วัด", "งบประมาณ", "ITA")


class Entry(NamedTuple):
    """A dataset of one plan or agency. ``address`` begins with a slash."""

    name: str
    data: Dataset
    title: str
    address: str
    plan: Plan | None


def entries(agency: Agency) -> list[Entry]:
    """What an agency opens. One query."""
    return list(_entries(agency, Plan.objects.filter(agency=agency).order_by("first_year", "slug")))


def _entries(agency: Agency, plans: Any) -> Iterator[Entry]:
    plans = list(plans)
    for data in DATASETS:
        title = _(data.title)
        if data.owner == PLAN:
            for plan in plans:
                address = reverse(f"v1:{data.name}", args=[plan.slug])
                name = f"{plan.slug}-{data.name}"
                yield Entry(name, data, f"{title}: {plan.name}", address, plan)
        elif data.owner == AGENCY:
            address = reverse(f"v1:{data.name}", args=[agency.slug])
            title = f"{title}: {agency.name}"
            yield Entry(f"{agency.slug}-{data.name}", data, title, address, None)
        else:
            yield Entry(data.name, data, title, reverse(f"v1:{data.name}"), None)


def publisher_of(agency: Agency) -> Publisher:
    """What the agency said of itself, else nothing. One query."""
    return Publisher.objects.filter(agency=agency).first() or Publisher(agency=agency)


def lacking(publisher: Publisher) -> list[str]:
    """What a catalogue asks for and the agency has not said, by the catalogue's fields."""
    said = {
        "maintainer": publisher.contact,
        "maintainer_email": publisher.contact_email,
        "license_id": publisher.licence,
    }
    return [name for name, value in said.items() if not value]


# ----------------------------------------------------------------------------------------- DCAT


def dcat(agency: Agency, site: str) -> dict[str, Any]:
    """The catalogue of an agency as DCAT in JSON-LD."""
    publisher = publisher_of(agency)
    own = f"{site}{reverse('catalogue_dcat')}?agency={agency.slug}"
    return {
        "@context": CONTEXT,
        "@id": own,
        "@type": "dcat:Catalog",
        "dct:title": _thai(_("Open data of %(agency)s") % {"agency": agency.name}),
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": _thai(agency.name)},
        "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/THA"},
        "dcat:service": {
            "@id": f"{site}{reverse('api')}",
            "@type": "dcat:DataService",
            "dct:title": _thai(_("Open data of plans")),
            "dcat:endpointURL": {"@id": f"{site}{reverse('v1:api-root')}"},
            "dcat:endpointDescription": {"@id": f"{site}{reverse('v1:openapi-json')}"},
        },
        "dcat:dataset": [_dataset(entry, agency, publisher, site) for entry in entries(agency)],
    }


def _thai(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "th"}


def _dataset(entry: Entry, agency: Agency, publisher: Publisher, site: str) -> dict[str, Any]:
    address = f"{site}{entry.address}"
    told: dict[str, Any] = {
        "@id": address,
        "@type": "dcat:Dataset",
        "dct:identifier": entry.name,
        "dct:title": _thai(entry.title),
        "dct:description": _thai(_(entry.data.about)),
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": _thai(agency.name)},
        "dct:accrualPeriodicity": {"@id": f"{_FREQUENCIES}{_EVERY[entry.data.every][0]}"},
        "dcat:keyword": [_thai(word) for word in _KEYWORDS],
        "dcat:distribution": [
            _distribution(address, address, "application/json"),
            _distribution(address, f"{address}.csv", "text/csv"),
        ],
    }
    if entry.plan is not None:
        told["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(FiscalMonth(entry.plan.first_year, 1).first_day.isoformat()),
            "dcat:endDate": _day(FiscalMonth(entry.plan.last_year, 12).last_day.isoformat()),
        }
    if publisher.licence in _LICENCES:
        told["dct:license"] = {"@id": _LICENCES[Publisher.Licence(publisher.licence)]}
    elif publisher.licence:
        told["dct:rights"] = publisher.licence
    if publisher.contact:
        mail = {"vcard:hasEmail": {"@id": f"mailto:{publisher.contact_email}"}}
        told["dcat:contactPoint"] = {
            "@type": "vcard:Organization",
            "vcard:fn": _thai(publisher.contact),
            **(mail if publisher.contact_email else {}),
        }
    return told


def _day(text: str) -> dict[str, str]:
    return {"@value": text, "@type": "xsd:date"}


def _distribution(access: str, download: str, media: str) -> dict[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "dcat:accessURL": {"@id": access},
        "dcat:downloadURL": {"@id": download},
        "dcat:mediaType": {"@id": f"{_MEDIA}{media}"},
    }


# ----------------------------------------------------------- the government's data catalogue


def government(agency: Agency, site: str) -> dict[str, Any]:
    """The same in the fields of the government data catalogue, one entry a dataset."""
    publisher = publisher_of(agency)
    return {
        "agency": agency.slug,
        "lacks": lacking(publisher),
        "datasets": [_package(entry, agency, publisher, site) for entry in entries(agency)],
    }


def _package(entry: Entry, agency: Agency, publisher: Publisher, site: str) -> dict[str, Any]:
    address = f"{site}{entry.address}"
    files = (("JSON", address), ("CSV", f"{address}.csv"))
    plan = entry.plan
    return {
        "name": entry.name.lower(),
        "title": entry.title,
        "notes": _(entry.data.about),
        "owner_org": agency.slug,
        "maintainer": publisher.contact or None,
        "maintainer_email": publisher.contact_email or None,
        "tags": list(_KEYWORDS),
        "data_type": "ข้อมูลสถิติ" if entry.data.every == "month" else "ข้อมูลระเบียน",
        "objective": ["พันธกิจหน่วยงาน"],
        "update_frequency_unit": _EVERY[entry.data.every][1],
        "update_frequency_interval": "1",
        "geo_coverage": "ประเทศ",
        "data_source": agency.name,
        "data_format": [name for name, _address in files],
        "data_language": ["ไทย"],
        "data_category": "ข้อมูลสาธารณะ",
        "license_id": publisher.licence or None,
        "accessible_condition": publisher.conditions or None,
        "url": f"{site}{reverse('api')}",
        "first_year_of_data": plan and str(plan.first_year),
        "last_year_of_data": plan and str(plan.last_year),
        "resources": [{"name": entry.title, "format": name, "url": to} for name, to in files],
    }
