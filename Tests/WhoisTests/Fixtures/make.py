#!/usr/bin/env python3
"""Writes the registries' answers beside this file, from the table in networks.py: rdap/, whois/, cymru/, networks.json.

Needs the standard library only. Run it again after a change; the bytes come out the same.
"""
import ipaddress
import json
import pathlib

from networks import NETWORKS, blocks, dashed, first_last, unique

HERE = pathlib.Path(__file__).parent
DATE = "2021-03-04T05:06:07Z"


def line(key, value, width=16):
    return (key + ":").ljust(width) + value + "\n"


# ---- RDAP -------------------------------------------------------------------------------------------------------------

PORT43 = {
    "arin": "whois.arin.net", "ripencc": "whois.ripe.net", "apnic": "whois.apnic.net", "lacnic": "whois.lacnic.net",
    "afrinic": "whois.afrinic.net",
}
BASE = {
    "arin": "https://rdap.arin.net/registry/", "ripencc": "https://rdap.db.ripe.net/", "apnic": "https://rdap.apnic.net/",
    "lacnic": "https://rdap.lacnic.net/rdap/", "afrinic": "https://rdap.afrinic.net/rdap/",
}


def vcard(name, kind):
    return ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name], ["kind", {}, "text", kind],
                      ["adr", {"label": "1 Example Street\nExampletown"}, "text", [""] * 7],
                      ["email", {}, "text", "noc@example.net"]]]


def entity(network, handle):
    base = BASE[network.registry]
    made = {"handle": handle, "objectClassName": "entity", "roles": ["registrant"],
            "links": [{"value": base, "rel": "self", "href": base + "entity/EXAMPLE"}]}
    if "MNT" not in handle.upper():
        made["vcardArray"] = vcard(network.org_name, "org" if handle == network.org else "individual")
        made["roles"] = ["registrant"] if handle == network.org else ["technical", "administrative"]
    if network.registry == "afrinic":
        del made["roles"]
    if handle == network.abuse:
        made["roles"] = ["abuse"]
    if network.registry in ("arin", "apnic"):
        # Contacts of contacts are no entities of the network.
        made["entities"] = [{"handle": "NESTED-" + handle[:4].upper(), "objectClassName": "entity", "roles": ["abuse"],
                             "vcardArray": vcard("Nested Contact", "group")}]
    return made


def rdap(network):
    first, last = first_last(network.space)
    prefixes = [{"v%dprefix" % network.version: str(block[0]), "length": block.prefixlen} for block in blocks(network.space)]
    made = {
        "rdapConformance": ["rdap_level_0", "cidr0", "nro_rdap_profile_0"],
        "notices": [{"title": "Terms and Conditions", "description": ["Made up for tests."],
                     "links": [{"rel": "terms-of-service", "href": "https://example.net/terms", "type": "text/html"}]}],
        "handle": network.handle, "startAddress": str(first), "endAddress": str(last), "ipVersion": "v%d" % network.version,
        "name": network.name, "type": network.type, "country": network.country, "parentHandle": None,
        "status": ["active"], "cidr0_cidrs": prefixes,
        "entities": [entity(network, handle) for handle in network.rdap_entities()],
        "remarks": [{"title": "description", "description": [network.descr or network.org_name]}],
        "events": [{"eventAction": "registration", "eventDate": DATE}, {"eventAction": "last changed", "eventDate": DATE}],
        "links": [{"rel": "self", "href": "%sip/%s" % (BASE[network.registry], network.asked),
                   "type": "application/rdap+json"}],
        "port43": PORT43[network.registry], "objectClassName": "ip network",
    }
    for key in ("name", "type", "country", "parentHandle"):
        if made[key] is None:
            del made[key]
    if network.registry == "arin":
        made["arin_originas0_originautnums"] = []
    if network.registry == "lacnic":
        made["lacnic_legalRepresentative"] = "N/A"
    made.update(network.spelled)
    return {key: value for key, value in made.items() if value != "ABSENT"}


# ---- WHOIS ------------------------------------------------------------------------------------------------------------

RPSL_HEAD = {
    "ripencc": "% This is the RIPE Database query service.\n% The objects are in RPSL format.\n%\n"
               "% Note: this output has been filtered.\n\n",
    "apnic": "% [whois.apnic.net]\n% Whois data copyright terms    http://www.example.net/copyright\n\n",
    "afrinic": "% This is the AfriNIC Whois server.\n% The AFRINIC whois database is subject to terms.\n\n",
}


def rpsl(network):
    """RIPE, APNIC, AFRINIC."""
    key = "inetnum" if network.version == 4 else "inet6num"
    shown = network.handle
    text = RPSL_HEAD[network.registry] + "%% Information related to '%s'\n\n" % shown
    text += "%% Abuse contact for '%s' is 'abuse@example.net'\n\n" % shown + network.before
    text += line(key, shown)
    if network.name:
        text += line("netname", network.name)
    text += line("descr", network.descr or network.org_name)
    if network.registry == "ripencc" and network.org:
        text += line("org", network.org)
    country = network.whois_spelled.get("country", network.country)
    if country:
        text += line("country", country)
    if network.registry != "ripencc" and network.org:
        text += line("org", network.org)
    for handle in network.admin:
        text += line("admin-c", handle)
    if network.abuse:
        text += line("abuse-c", network.abuse)
    for handle in network.tech:
        text += line("tech-c", handle)
    if network.type:
        text += line("status", network.type)
    text += line("remarks", "country: XX is not what this network is in; rate limit exceeded")
    if "mnt-by" in network.whois_spelled:
        text += line("mnt-by", network.whois_spelled["mnt-by"])
    else:
        for handle in network.mnt:
            text += line("mnt-by", handle)
    text += line("created", DATE) + line("last-modified", DATE) + line("source", "RIPE" if network.registry == "ripencc" else network.registry.upper())
    text += "\n" + line("role", "Example NOC") + line("address", "1 Example Street") + line("country", "XX")
    text += line("nic-hdl", "NOC1-EXAMPLE") + line("mnt-by", "OTHER-MNT") + line("source", "TEST") + "\n" + network.after
    return text + "% This query was served by the Database Query Service version 1.0 (TEST)\n\n\n"


def arin_net(network_range, name, handle, parent, net_type, organization):
    text = line("NetRange", dashed(network_range))
    text += line("CIDR", ", ".join(str(block) for block in blocks(network_range)))
    text += line("NetName", name) + line("NetHandle", handle) + line("Parent", parent) + line("NetType", net_type)
    text += line("OriginAS", "") + organization + line("RegDate", "2007-03-30") + line("Updated", "2012-02-24")
    return text + line("Ref", "https://rdap.arin.net/registry/ip/" + str(first_last(network_range)[0]))


def arin_owner(country, referral=""):
    text = line("OrgName", "Example Holder") + line("OrgId", "OTHER") + line("Address", "1 Example Street")
    return text + line("City", "Exampletown") + line("Country", country) + line("RegDate", "2000-03-30") + referral


ARIN_HEAD = ("\n#\n# ARIN WHOIS data and services are subject to the Terms of Use\n# available at: https://example.net/tou\n#\n"
             "# Copyright 1997-2021, American Registry for Internet Numbers, Ltd.\n#\n\n\n")
ARIN_TYPES = {"DIRECT ALLOCATION": "Direct Allocation", "REASSIGNMENT": "Reassigned", "REALLOCATION": "Reallocated",
              "DIRECT ASSIGNMENT": "Direct Assignment"}


def arin(network):
    """The network and, before it, what it lies in."""
    kind = "Customer" if network.org.startswith("C0") else "Organization"
    own = arin_net(network.space, network.name, network.handle, "NET-EXAMPLE-0", ARIN_TYPES[network.type],
                   line(kind, "%s (%s)" % (network.org_name, network.org)))
    text = ARIN_HEAD
    if network.before:
        text += "# start\n\n" + network.before + "\n\n\n" + arin_owner("CA") + "\n\n# end\n\n\n# start\n\n"
    text += own + "\n\n\n" + arin_owner("US", network.after) + "\n\n" + line("OrgAbuseHandle", "ABUSE1-ARIN") + "\n"
    return text + ("# end\n" if network.before else "") + ARIN_HEAD


def short(prefix):
    """LACNIC leaves out the octets that are zero at the end: 200.57.128/19."""
    address, length = prefix.split("/")
    if ":" in address:
        return prefix
    octets = address.split(".")
    while len(octets) > (int(length) + 7) // 8:
        octets.pop()
    return "%s/%s" % (".".join(octets), length)


def lacnic(network):
    text = "\n% Joint Whois - whois.lacnic.net\n%  This server accepts single ASN, IPv4 or IPv6 queries\n \n"
    text += "% LACNIC resource: whois.lacnic.net\n\n\n% Copyright LACNIC lacnic.net\n% 2021-03-04 05:06:07 (-03 -03:00)\n\n"
    text += network.before
    text += line("inetnum", short(network.handle), 13) + line("status", network.type.lower(), 13)
    text += line("aut-num", "N/A", 13) + line("owner", network.org_name, 13) + line("ownerid", network.org, 13)
    text += line("responsible", "Example Person", 13) + line("address", "Calle Ejemplo 1", 13)
    if network.country:
        text += line("country", network.country, 13)
    for handle in network.admin:
        text += line("owner-c", handle, 13)
    for handle in network.tech:
        text += line("tech-c", handle, 13)
    text += line("abuse-c", network.abuse or network.admin[0], 13)
    text += line("inetrev", short(network.handle), 13) + line("nserver", "ns1.example.net  [lame]", 13)
    text += line("created", "20000101", 13) + line("changed", "20210304", 13)
    text += "\n" + line("nic-hdl", network.admin[0], 13) + line("person", "Persona de Ejemplo", 13)
    text += line("country", "XX", 13) + line("created", "20000101", 13) + "\n"
    return text + "% whois.lacnic.net accepts only direct match queries.\n% Types of queries are: POCs, ownerid, CIDR blocks.\n"


def whois(network):
    render = {"arin": arin, "lacnic": lacnic}.get(network.registry, rpsl)
    return render(network).encode(network.encoding)


def whois_entities(network):
    if network.whois_entities is not None:
        return network.whois_entities
    if network.registry == "arin":
        return [network.org]
    if network.registry == "lacnic":
        return unique([network.org] + network.admin + network.tech + [network.abuse])
    return unique([network.org] + network.admin + [network.abuse] + network.tech + network.mnt)


# ---- Cymru ------------------------------------------------------------------------------------------------------------

def origin_name(address):
    address = ipaddress.ip_address(address)
    if address.version == 4:
        return address.reverse_pointer.replace("in-addr.arpa", "origin.asn.cymru.com")
    nibbles = address.exploded.replace(":", "")[:16]
    return ".".join(reversed(nibbles)) + ".origin6.asn.cymru.com"


def txt(network):
    zone = {}
    if network.origins:
        zone[origin_name(network.asked)] = [
            "%s | %s | %s | %s | %s" % (" ".join(map(str, numbers)), prefix, country, network.registry, date)
            for numbers, prefix, country, date in network.origins if numbers]
    if network.as_name:
        number = longest(network)[0][0]
        zone["AS%d.asn.cymru.com" % number] = ["%d | %s | %s | %s | %s" % ((number,) + network.as_name)]
    return {name: records for name, records in zone.items() if records}


def longest(network):
    """The origin with the longest prefix."""
    return max(network.origins, key=lambda origin: ipaddress.ip_network(origin[1]).prefixlen if origin[0] else -1)


def cymru(network):
    text = ""
    numbers, prefix, country, date = longest(network)
    for number in numbers or ["NA"]:
        name = "OTHER-AS, ZZ"
        if not network.as_name:
            name = "NA"
        elif number == numbers[0]:
            name = network.as_name[3]
        text += "%-8s| %-16s | %-19s | %s | %-8s | %-10s | %s\n" % (
            number, network.asked, prefix, country, network.registry, date, name)
    return text


def expected_origin(network):
    numbers, prefix, country, date = longest(network)
    return {"asNumbers": numbers, "prefix": prefix if numbers else None, "country": country,
            "asName": network.as_name[3] if network.as_name else None, "registry": network.registry,
            "allocated": date or None, "isRouted": bool(numbers)}


def main():
    index = []
    for folder in ("rdap", "whois", "cymru"):
        (HERE / folder).mkdir(exist_ok=True)
        for old in (HERE / folder).iterdir():
            old.unlink()
    for network in NETWORKS:
        if network.handle is None:
            v4_dashed = network.version == 4 and network.registry != "lacnic"
            network.handle = dashed(network.space) if v4_dashed else network.space
        stem = "%s-%s" % (network.registry, network.slug)
        files = {"rdap": "rdap/%s.json" % stem, "whois": "whois/%s.txt" % stem, "cymru": "cymru/%s.txt" % stem}
        (HERE / files["rdap"]).write_text(json.dumps(rdap(network), indent=1, ensure_ascii=False) + "\n")
        (HERE / files["whois"]).write_bytes(whois(network))
        (HERE / files["cymru"]).write_text(cymru(network))
        whois_country = None if network.registry == "arin" else network.country
        index.append({
            "address": network.asked, "registry": network.registry, "files": files, "txt": txt(network),
            "expected": {"rdap": network.expected(network.country, network.rdap_entities()),
                         "whois": network.expected(whois_country, whois_entities(network)),
                         "origin": expected_origin(network)}})
    (HERE / "networks.json").write_text(json.dumps(index, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
