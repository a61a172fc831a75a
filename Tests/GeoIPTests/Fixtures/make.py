#!/usr/bin/env python3
"""Writes city.mmdb and asn.mmdb beside this file. Python standard library only; see README.md.

The format is MaxMind DB 2.0: a binary search tree over addresses, a data section, and metadata at the end.
"""

import ipaddress
import pathlib
import struct

POINTER, STRING, DOUBLE, BYTES, UINT16, UINT32, MAP, INT32, UINT64, UINT128, ARRAY = range(1, 12)
BOOLEAN, FLOAT = 14, 15


class Typed:
    """A value with the MMDB type it is to be written as."""

    def __init__(self, kind, value):
        self.kind, self.value = kind, value


def u16(value):
    return Typed(UINT16, value)


def u32(value):
    return Typed(UINT32, value)


class DataSection:
    """Encodes values; maps that were written before become pointers, as in MaxMind's own files."""

    def __init__(self, shares=True):
        self.bytes = bytearray()
        self.places = {}
        self.shares = shares

    def add(self, value):
        """Where the value stands, writing it if it is new."""
        key = repr(self.plain(value))
        if key not in self.places:
            encoded = self.encode(value)
            self.places[key] = len(self.bytes)
            self.bytes += encoded
        return self.places[key]

    def plain(self, value):
        if isinstance(value, Typed):
            return (value.kind, value.value)
        if isinstance(value, dict):
            return [(key, self.plain(item)) for key, item in value.items()]
        if isinstance(value, list):
            return ["list"] + [self.plain(item) for item in value]
        return value

    def encode(self, value):
        if isinstance(value, str):
            text = value.encode()
            return self.control(STRING, len(text)) + text
        if isinstance(value, bytes):
            return self.control(BYTES, len(value)) + value
        if isinstance(value, bool):
            return self.control(BOOLEAN, int(value))
        if isinstance(value, float):
            return self.control(DOUBLE, 8) + struct.pack(">d", value)
        if isinstance(value, dict):
            return self.control(MAP, len(value)) + b"".join(
                self.encode(key) + self.member(item) for key, item in value.items())
        if isinstance(value, list):
            return self.control(ARRAY, len(value)) + b"".join(self.member(item) for item in value)
        if value.kind == FLOAT:
            return self.control(FLOAT, 4) + struct.pack(">f", value.value)
        size = (value.value.bit_length() + 7) // 8
        return self.control(value.kind, size) + value.value.to_bytes(size, "big")

    def member(self, value):
        if self.shares and isinstance(value, (dict, list)) and value:
            return self.pointer(self.add(value))
        return self.encode(value)

    @staticmethod
    def pointer(target):
        if target < 1 << 11:
            return struct.pack(">H", POINTER << 13 | target)
        target -= 1 << 11
        return bytes([POINTER << 5 | 1 << 3 | target >> 16]) + struct.pack(">H", target & 0xFFFF)

    @staticmethod
    def control(kind, size):
        if size < 29:
            marked, rest = size, b""
        elif size < 285:
            marked, rest = 29, bytes([size - 29])
        else:
            marked, rest = 30, struct.pack(">H", size - 285)
        first = bytes([(kind if kind < 8 else 0) << 5 | marked])
        return first + (bytes([kind - 7]) if kind >= 8 else b"") + rest


def database(kind, networks, record_size, ip_version=6, epoch=1_700_000_000):
    """The bytes of a database; later networks split earlier ones."""
    data = DataSection()
    root = [None, None]
    for text, record in networks:
        network = ipaddress.ip_network(text)
        bits = 128 if ip_version == 6 else 32
        length = network.prefixlen + (bits - network.max_prefixlen)
        address = int(network.network_address)
        place = ("data", data.add(record))
        node = root
        for depth in range(length):
            side = address >> (bits - 1 - depth) & 1
            if depth == length - 1:
                node[side] = place
            else:
                if not isinstance(node[side], list):
                    node[side] = [node[side], node[side]]
                node = node[side]

    nodes, numbers = [], {}

    def number(node):
        numbers[id(node)] = len(nodes)
        nodes.append(node)
        for side in node:
            if isinstance(side, list):
                number(side)

    number(root)

    def record(side):
        if side is None:
            return len(nodes)
        if isinstance(side, list):
            return numbers[id(side)]
        return len(nodes) + 16 + side[1]

    tree = bytearray()
    for left, right in nodes:
        left, right = record(left), record(right)
        if record_size == 24:
            tree += left.to_bytes(3, "big") + right.to_bytes(3, "big")
        elif record_size == 28:
            middle = left >> 24 << 4 | right >> 24
            tree += (left & 0xFFFFFF).to_bytes(3, "big") + bytes([middle]) + (right & 0xFFFFFF).to_bytes(3, "big")
        else:
            tree += struct.pack(">II", left, right)

    metadata = DataSection(shares=False).encode({
        "node_count": u32(len(nodes)),
        "record_size": u16(record_size),
        "ip_version": u16(ip_version),
        "database_type": kind,
        "languages": ["de", "en"],
        "binary_format_major_version": u16(2),
        "binary_format_minor_version": u16(0),
        "build_epoch": Typed(UINT64, epoch),
        "description": {"en": "Made-up records for tests"},
    })
    return bytes(tree) + bytes(16) + bytes(data.bytes) + b"\xab\xcd\xefMaxMind.com" + metadata


def place(geoname_id, english, german=None, **more):
    return {"geoname_id": u32(geoname_id), **more, "names": {"de": german or english, "en": english}}


def point(latitude, longitude, radius, time_zone):
    return {"accuracy_radius": u16(radius), "latitude": latitude, "longitude": longitude, "time_zone": time_zone}


EUROPE = place(6255148, "Europe", "Europa", code="EU")
NORTH_AMERICA = place(6255149, "North America", "Nordamerika", code="NA")
RUSSIA = place(2017370, "Russia", "Russland", iso_code="RU")
GERMANY = place(2921044, "Germany", "Deutschland", iso_code="DE", is_in_european_union=True)
NETHERLANDS = place(2750405, "The Netherlands", "Niederlande", iso_code="NL", is_in_european_union=True)
UNITED_STATES = place(6252001, "United States", "USA", iso_code="US")
UNITED_KINGDOM = place(2635167, "United Kingdom", "Vereinigtes Königreich", iso_code="GB")

FRANKFURT = {
    "city": place(2925533, "Frankfurt am Main"),
    "continent": EUROPE,
    "country": GERMANY,
    "location": point(50.1188, 8.6843, 20, "Europe/Berlin"),
    "postal": {"code": "60313"},
    "registered_country": NETHERLANDS,
    "subdivisions": [place(2905330, "Hesse", "Hessen", iso_code="HE")],
}

CITY = [
    ("176.112.168.0/21", {
        "city": place(550478, "Khasavyurt", "Chassawjurt"),
        "continent": EUROPE,
        "country": RUSSIA,
        "location": point(43.2465, 46.59, 20, "Europe/Moscow"),
        "registered_country": RUSSIA,
        "subdivisions": [place(567293, "Dagestan", iso_code="DA")],
    }),
    ("139.162.128.0/19", {key: value for key, value in FRANKFURT.items() if key != "postal"}),
    ("209.85.218.0/24", {
        "continent": NORTH_AMERICA,
        "country": UNITED_STATES,
        "location": point(37.751, -97.822, 1000, "America/Chicago"),
        "registered_country": UNITED_STATES,
    }),
    ("2001:db8:a::/48", FRANKFURT),
    ("192.0.2.0/28", {  # two subdivisions
        "city": place(2657540, "Aldershot"),
        "country": UNITED_KINGDOM,
        "subdivisions": [
            place(6269131, "England", iso_code="ENG"), place(2647554, "Hampshire", iso_code="HAM")],
        "postal": {"code": "GU11"},
    }),
    ("192.0.2.16/28", {  # a base abroad
        "country": GERMANY,
        "registered_country": UNITED_STATES,
        "represented_country": place(6252001, "United States", "USA", iso_code="US", type="military"),
    }),
    ("192.0.2.32/28", {}),  # known, and nothing more
    ("192.0.2.48/28", {  # every member of a wrong type
        "city": "Frankfurt",
        "continent": [EUROPE],
        "country": {"geoname_id": "2921044", "iso_code": u32(49), "names": ["Germany"]},
        "registered_country": {"geoname_id": Typed(UINT128, 1 << 100), "names": {"en": b"Germany"}},
        "represented_country": {"geoname_id": Typed(UINT64, 1 << 40)},
        "location": {"latitude": "50", "longitude": 8.6843, "accuracy_radius": u16(20)},
        "postal": {"code": u32(60313)},
        "subdivisions": {"en": "Hesse"},
    }),
    ("192.0.2.64/28", {  # some members of a wrong type, beside good ones
        "city": {"geoname_id": "x", "names": {"de": "München", "en": "Munich"}},
        "country": {"geoname_id": Typed(UINT64, 2921044), "iso_code": True},
        "location": {"latitude": Typed(FLOAT, 48.5), "longitude": 11.5, "accuracy_radius": "wide"},
        "subdivisions": ["Bavaria", {}, place(2951839, "Bavaria", "Bayern", iso_code="BY")],
    }),
    ("192.0.2.80/28", {"location": {"latitude": 91.0, "longitude": 8.0}}),  # off the globe
    ("192.0.2.96/28", {"city": {"names": {"en": "L" * 2000}}}),  # longer than any name
    ("192.0.2.112/28", {"subdivisions": [place(100 + n, f"Part {n}") for n in range(40)]}),
]

ASN = [
    ("176.112.160.0/20", {"autonomous_system_number": u32(47764), "autonomous_system_organization": "LLC VK"}),
    ("139.162.0.0/16", {
        "autonomous_system_number": u32(63949), "autonomous_system_organization": "Akamai Connected Cloud"}),
    ("209.85.128.0/17", {"autonomous_system_number": u32(15169), "autonomous_system_organization": "GOOGLE"}),
    ("2001:db8:a::/47", {
        "autonomous_system_number": u32(63949), "autonomous_system_organization": "Akamai Connected Cloud"}),
    ("198.51.100.0/25", {"autonomous_system_number": u32(4294967295)}),
    ("198.51.100.128/25", {"autonomous_system_number": "AS64500", "autonomous_system_organization": u32(1)}),
]

ASN_V4 = [("198.51.100.0/24", {"autonomous_system_number": u32(64500), "autonomous_system_organization": "Example"})]


def main():
    here = pathlib.Path(__file__).parent
    (here / "city.mmdb").write_bytes(database("GeoLite2-City", CITY, 28))
    (here / "asn.mmdb").write_bytes(database("GeoLite2-ASN", ASN, 24))
    (here / "asn-v4.mmdb").write_bytes(database("GeoLite2-ASN", ASN_V4, 32, ip_version=4))
    (here / "anonymous.mmdb").write_bytes(database("GeoIP2-Anonymous-IP", [("192.0.2.0/24", {})], 24))


if __name__ == "__main__":
    main()
