"""The networks whose answers make.py writes."""
import ipaddress


def blocks(text):
    """The prefixes of `a - b` or `a/n`."""
    if "-" in text:
        first, last = (ipaddress.ip_address(part.strip()) for part in text.split("-"))
        return list(ipaddress.summarize_address_range(first, last))
    return [ipaddress.ip_network(text)]


def first_last(text):
    parts = blocks(text)
    return parts[0][0], parts[-1][-1]


def dashed(text):
    return "%s - %s" % first_last(text)


def unique(handles):
    return list(dict.fromkeys(handle for handle in handles if handle))


class Network:
    """One network as its registry knows it; what is left out is absent from the answers."""

    def __init__(self, slug, registry, asked, space, name=None, country=None, type=None, **more):
        self.slug, self.registry, self.asked, self.space = slug, registry, asked, space
        self.name, self.country, self.type = name, country, type
        self.org = more.pop("org", None)
        self.org_name = more.pop("org_name", "Example Networks")
        self.admin = more.pop("admin", [])
        self.tech = more.pop("tech", self.admin)
        self.abuse = more.pop("abuse", None)
        self.mnt = more.pop("mnt", [])
        self.handle = more.pop("handle", None)
        self.entities = more.pop("entities", None)  # of RDAP, where they are not all of the above
        self.spelled = more.pop("spelled", {})  # members of RDAP as this registry spells them
        self.whois_spelled = more.pop("whois_spelled", {})
        self.before = more.pop("before", "")
        self.after = more.pop("after", "")
        self.whois_entities = more.pop("whois_entities", None)
        self.leaf = more.pop("leaf", False)
        self.encoding = more.pop("encoding", "utf-8")
        self.descr = more.pop("descr", None)
        self.origins = more.pop("origins", [])  # (AS numbers, prefix, country, date)
        self.as_name = more.pop("as_name", None)  # country, registry, date, name
        assert not more, more

    @property
    def version(self):
        return first_last(self.space)[0].version

    def rdap_entities(self):
        if self.entities is not None:
            return self.entities
        return unique(self.mnt + [self.org] + self.admin + self.tech + [self.abuse])

    def expected(self, country, entities):
        return {
            "name": self.name, "country": country, "handle": self.handle,
            "cidr": ", ".join(str(block) for block in blocks(self.space)), "entities": entities, "isLeaf": self.leaf,
        }


def org_after(country="XX"):
    return "organisation:   ORG-EXAMPLE\norg-name:       Example\ncountry:        %s\nsource:         TEST\n\n" % country


def route(prefix, number, key="route"):
    return ("%s\ndescr:          Example route\norigin:         AS%d\nmnt-by:         ROUTE-MNT\nsource:         TEST\n\n"
            % ((key + ":").ljust(16) + prefix, number))


def arin_parent(space, name, handle, org):
    first, last = first_last(space)
    return ("NetRange:       %s - %s\nCIDR:           %s\nNetName:        %s\nNetHandle:      %s\nParent:          ()\n"
            "NetType:        Direct Allocation\nOriginAS:       \nOrganization:   Example Carrier (%s)\n"
            % (first, last, ", ".join(map(str, blocks(space))), name, handle, org))


VK = dict(
    name="VK-FRONT", country="RU", type="ASSIGNED PI", org="ORG-LLCn4-RIPE", org_name="LLC VK", leaf=True,
    entities=["EY1327-RIPE", "ORG-LLCn4-RIPE", "RIPE-NCC-END-MNT", "VKCOMPANY-MNT", "VKNC", "MAIL-RU"],
    admin=["EY1327-RIPE"], tech=["VKNC"], abuse="MAIL-RU", mnt=["RIPE-NCC-END-MNT", "VKCOMPANY-MNT"],
    origins=[([47764], "176.112.168.0/21", "RU", "2011-10-12")], as_name=("RU", "ripencc", "2008-10-30", "VK-AS, RU"))
GOOGLE = dict(
    name="GOOGLE", type="DIRECT ALLOCATION", org="GOGL", org_name="Google LLC", handle="NET-209-85-128-0-1",
    entities=["GOGL"], origins=[([15169], "209.85.218.0/24", "US", "2006-01-13")],
    as_name=("US", "arin", "2000-03-30", "GOOGLE, US"))

NETWORKS = [
    # The logins of the old program's README.
    Network("vk-front", "ripencc", "176.112.169.218", "176.112.168.0/21", **VK),
    Network("vk-front-192", "ripencc", "176.112.169.192", "176.112.168.0/21", **VK),
    Network("eu-linode", "ripencc", "139.162.133.252", "139.162.0.0 - 139.162.255.255", "EU-LINODE-20141229", "US", "LEGACY",
            org="ORG-LL72-RIPE", org_name="Linode, LLC", admin=["TA2589-RIPE"], abuse="LAS85-RIPE", mnt=["linode-mnt"],
            descr="139.162.0.0/16", origins=[([63949], "139.162.128.0/19", "NL", "2004-02-02")],
            as_name=("SG", "apnic", "2014-09-10", "AKAMAI-LINODE-AP Akamai Connected Cloud, SG")),
    Network("google-15", "arin", "209.85.218.15", "209.85.128.0/17", **GOOGLE),
    Network("google-53", "arin", "209.85.218.53", "209.85.128.0/17", **GOOGLE),

    # RIPE NCC
    Network("dial-range", "ripencc", "217.91.20.1", "217.80.0.0 - 217.91.255.255", "EXAMPLE-DIAL16", "DE", "ASSIGNED PA",
            org="ORG-EX1-RIPE", admin=["EX1-RIPE"], tech=["EX2-RIPE"], mnt=["EXAMPLE-MNT"], leaf=True, after=org_after("DE"),
            origins=[([64496], "217.80.0.0/12", "DE", "2000-11-27")], as_name=("DE", "ripencc", "1999-01-01", "EXAMPLE-AS, DE")),
    Network("routes", "ripencc", "193.33.10.77", "193.33.8.0 - 193.33.15.255", "EXAMPLE-PI", "FR", "ASSIGNED PI",
            admin=["EX3-RIPE"], mnt=["RIPE-NCC-END-MNT"], leaf=True,
            after=route("193.33.8.0/21", 64497) + route("193.33.10.0/24", 64498),
            origins=[([64497], "193.33.8.0/21", "FR", "2008-05-05"), ([64498, 64499], "193.33.10.0/24", "FR", "2008-05-05")],
            as_name=("FR", "ripencc", "2008-05-05", "EXAMPLE|PIPE-AS, FR")),
    Network("latin1", "ripencc", "194.9.20.5", "194.9.20.0 - 194.9.23.255", "MÜNCHEN-NETZ", "DE", "ASSIGNED PA",
            org_name="Stadtwerke München", admin=["MÜ1-RIPE"], mnt=["MUENCHEN-MNT"], leaf=True, encoding="latin-1",
            origins=[([64500], "194.9.20.0/22", "DE", "1996-06-06")],
            as_name=("DE", "ripencc", "1996-06-06", "MUENCHEN-AS Telefónica \"Süd\", DE")),
    Network("worldwide", "ripencc", "185.45.6.7", "185.45.4.0/22", "EXAMPLE-ANYCAST", "EU", "ALLOCATED PA",
            spelled={"country": "EU # Country is really world wide"}, org="ORG-AC1-RIPE", admin=["AC1-RIPE"],
            mnt=["RIPE-NCC-HM-MNT", "ANYCAST-MNT"],
            whois_spelled={"country": "EU # Country is really world wide", "mnt-by": "RIPE-NCC-HM-MNT, ANYCAST-MNT"},
            origins=[([64501], "185.45.4.0/22", "NL", "2014-02-20")], as_name=("NL", "ripencc", "2014-02-20", "ANYCAST-AS, NL")),
    Network("lower-case", "ripencc", "31.7.8.9", "31.7.0.0/20", "example-hosting", "NL", "SUB-ALLOCATED PA",
            spelled={"country": " nl "}, whois_spelled={"country": "nl"}, admin=["EX4-RIPE"], mnt=["EX4-MNT"],
            origins=[([64502], "31.7.0.0/20", "NL", "2011-03-01")], as_name=("NL", "ripencc", "2011-03-01", "EX4, NL")),
    Network("nothing-but-a-range", "ripencc", "5.8.16.3", "5.8.16.0 - 5.8.16.127", "NO-COUNTRY", None, "ASSIGNED PA",
            spelled={"entities": None, "handle": "5.8.16.0 - 5.8.16.127"}, entities=[], leaf=True, whois_entities=[],
            origins=[([64503], "5.8.16.0/24", "RU", "2012-05-25")]),
    Network("allocation-v6", "ripencc", "2a00:1ca8:51::7", "2a00:1ca8::/29", "NL-EXAMPLE-20100101", "NL", "ALLOCATED-BY-RIR",
            org="ORG-EX5-RIPE", admin=["EX5-RIPE"], mnt=["RIPE-NCC-HM-MNT", "EX5-MNT"],
            after=route("2a00:1ca8::/32", 64504, "route6"),
            origins=[([64504], "2a00:1ca8::/32", "NL", "2010-01-01")], as_name=("NL", "ripencc", "2009-01-01", "EX5-AS, NL")),
    Network("assigned-v6", "ripencc", "2a02:2e00:10:20::1", "2a02:2e00:10::/48", "EXAMPLE-V6-CUSTOMER", "AT", "ASSIGNED",
            spelled={"startAddress": "2a02:2e00:0010:0000:0000:0000:0000:0000/128",
                     "endAddress": "2a02:2e00:0010:ffff:ffff:ffff:ffff:ffff/128"},
            admin=["EX6-RIPE"], mnt=["EX6-MNT"], leaf=True,
            origins=[([64505], "2a02:2e00::/29", "AT", "2009-09-09")], as_name=("AT", "ripencc", "2009-09-09", "EX6, AT")),
    Network("aggregated-v6", "ripencc", "2a10:4a80:7:1::2", "2a10:4a80::/36", "EXAMPLE-HOMES", "CH", "AGGREGATED-BY-LIR",
            admin=["EX7-RIPE"], mnt=["EX7-MNT"], leaf=True,
            origins=[([64506], "2a10:4a80::/29", "CH", "2019-11-11")], as_name=("CH", "ripencc", "2019-11-11", "EX7, CH")),
    Network("no-name-of-as", "ripencc", "62.4.5.6", "62.4.0.0/19", "EXAMPLE-OLD", "GB", "ALLOCATED PA",
            admin=["EX8-RIPE"], mnt=["EX8-MNT"], origins=[([64507], "62.4.0.0/19", "GB", "")]),

    # ARIN
    Network("reassigned", "arin", "8.8.40.10", "8.8.40.0/24", "EXAMPLE-CUSTOMER-8-8", None, "REASSIGNMENT", org="EXCUST-1",
            handle="NET-8-8-40-0-1", leaf=True,
            before=arin_parent("8.0.0.0 - 8.127.255.255", "CARRIER-ORG-8-8", "NET-8-0-0-0-1", "CARR"),
            entities=["EXCUST-1"], origins=[([64508], "8.0.0.0/9", "US", "1992-12-01")],
            as_name=("US", "arin", "2000-03-10", "CARRIER, US")),
    Network("customer", "arin", "12.200.3.4", "12.200.3.0 - 12.200.3.15", "SMALL-SHOP", None, "REASSIGNMENT", org="C01234567",
            org_name="Small Shop (Main Street)", handle="NET-12-200-3-0-1", leaf=True, entities=["C01234567"],
            before=arin_parent("12.0.0.0/8", "CARRIER-12", "NET-12-0-0-0-1", "CARR"),
            origins=[([64509], "12.200.0.0/14", "US", "1983-08-23")], as_name=("US", "arin", "1996-07-30", "CARRIER-12, US")),
    Network("same-range", "arin", "66.10.20.30", "66.10.20.0/22", "INNER", None, "REASSIGNMENT", org="INNER-1",
            handle="NET-66-10-20-0-2", leaf=True, entities=["INNER-1"],
            before=arin_parent("66.10.20.0/22", "OUTER", "NET-66-10-20-0-1", "OUTER-1"),
            origins=[([64510], "66.10.20.0/22", "US", "2001-01-01")], as_name=("US", "arin", "2001-01-01", "OUTER-AS, US")),
    Network("not-aligned", "arin", "63.70.6.1", "63.70.4.0 - 63.70.9.255", "ODD-RANGE", None, "REALLOCATION", org="ODD-3",
            handle="NET-63-70-4-0-1", entities=["ODD-3"],
            spelled={"startAddress": "063.070.004.000", "endAddress": "063.070.009.255", "country": None},
            origins=[([64511], "63.70.0.0/16", "US", "1999-02-02")], as_name=("US", "arin", "1999-02-02", "ODD, US")),
    Network("referral", "arin", "23.30.40.50", "23.30.0.0/15", "RWHOIS-NET", None, "DIRECT ALLOCATION", org="RWH",
            handle="NET-23-30-0-0-1", entities=["RWH"], after="\nReferralServer:  rwhois://rwhois.example.net:4321\n",
            origins=[([65536], "23.30.0.0/15", "US", "2011-05-05")], as_name=("US", "arin", "2011-05-05", "RWH, US")),
    Network("canada", "arin", "99.224.1.2", "99.224.0.0/11", "EXAMPLE-CABLE", None, "DIRECT ASSIGNMENT", org="EXCA",
            handle="NET-99-224-0-0-1", entities=["EXCA"],
            origins=[([65537], "99.224.0.0/12", "CA", "2007-11-07")], as_name=("CA", "arin", "2007-11-07", "EXCABLE, CA")),
    Network("allocation-v6", "arin", "2607:f8b0:4004::9", "2607:f8b0::/32", "EXAMPLE-IPV6", None, "DIRECT ALLOCATION",
            org="EX6A", handle="NET6-2607-F8B0-1", entities=["EX6A"],
            spelled={"startAddress": "2607:F8B0:0000:0000:0000:0000:0000:0000"},
            origins=[([65538], "2607:f8b0::/32", "US", "2009-02-02")], as_name=("US", "arin", "2009-02-02", "EX6A, US")),
    Network("reassigned-v6", "arin", "2600:1f00:44:5::1", "2600:1f00:44::/48", "EXAMPLE-V6-SHOP", None, "REASSIGNMENT",
            org="C07654321", org_name="Shop", handle="NET6-2600-1F00-44-1", leaf=True, entities=["C07654321"],
            before=arin_parent("2600:1f00::/24", "EXAMPLE-V6", "NET6-2600-1F00-1", "EXV6"),
            origins=[([65539], "2600:1f00::/24", "US", "2012-02-02")], as_name=("US", "arin", "2012-02-02", "EXV6, US")),
    Network("repeated-handles", "arin", "198.55.66.77", "198.55.66.0/24", "TWICE", None, "DIRECT ASSIGNMENT", org="TWICE-1",
            handle="NET-198-55-66-0-1", entities=["TWICE-1", "TWICE-2"],
            spelled={"entities": [{"handle": " TWICE-1 "}, {"roles": ["abuse"]}, {"handle": None}, "text", None,
                                  {"handle": "TWICE-2", "vcardArray": []}, {"handle": "TWICE-1"}]},
            origins=[([65540], "198.55.64.0/22", "US", "1993-03-03")], as_name=("US", "arin", "1993-03-03", "TWICE, US")),

    # APNIC
    Network("assigned", "apnic", "1.40.3.9", "1.40.2.0 - 1.40.3.255", "EXAMPLE-AU", "AU", "ASSIGNED NON-PORTABLE",
            org="ORG-EX1-AP", admin=["EX1-AP"], tech=["EX2-AP"], mnt=["MAINT-AU-EXAMPLE"], leaf=True,
            after=route("1.40.0.0/16", 65541), origins=[([65541], "1.40.0.0/16", "AU", "2011-01-20")],
            as_name=("AU", "apnic", "2011-01-20", "EXAMPLE-AS-AP Example Pty Ltd, AU")),
    Network("china", "apnic", "58.240.10.11", "58.240.0.0 - 58.255.255.255", "EXAMPLE-JS", "CN", "ALLOCATED PORTABLE",
            admin=["EX3-AP"], mnt=["APNIC-HM", "MAINT-CNCGROUP", "MAINT-CN-EXAMPLE"],
            origins=[([65542, 65543, 65544], "58.240.0.0/15", "CN", "2005-01-12")],
            as_name=("CN", "apnic", "2003-01-12", "EXAMPLE-CN Example Backbone, CN")),
    Network("jpnic", "apnic", "133.20.30.40", "133.20.0.0 - 133.20.255.255", "EXAMPLE-NET-JP", "JP", "ALLOCATED PORTABLE",
            admin=["JNIC1-AP"], mnt=["MAINT-JPNIC"],
            after="inetnum:        133.0.0.0 - 133.255.255.255\nnetname:        JPNIC-NET-JP\ncountry:        JP\n"
                  "admin-c:        JNIC2-AP\nsource:         JPNIC\n\n",
            origins=[([65545], "133.20.0.0/16", "JP", "1989-07-07")], as_name=("JP", "apnic", "2002-08-01", "EX-JP, JP")),
    Network("krnic", "apnic", "211.55.66.77", "211.55.0.0 - 211.55.127.255", "EXAMPLENET", "KR", "ALLOCATED PORTABLE",
            admin=["IM1-AP"], mnt=["MNT-KRNIC-AP"],
            after="% Information related to '211.55.0.0 - 211.55.127.255'\n\ninetnum:        211.55.0.0 - 211.55.127.255\n"
                  "netname:        EXAMPLENET-KR\ncountry:        KR\nadmin-c:        IM2-KR\nsource:         KRNIC\n\n",
            origins=[([65546], "211.55.0.0/17", "KR", "1999-09-01")], as_name=("KR", "apnic", "1999-09-01", "EXNET Korea, KR")),
    Network("india", "apnic", "103.77.8.9", "103.77.8.0 - 103.77.11.255", "EXAMPLEIN", "IN", "ASSIGNED PORTABLE",
            admin=["EX5-AP"], mnt=["MAINT-IN-IRINN", "MAINT-IN-EXAMPLE"], leaf=True,
            origins=[([65547], "103.77.8.0/24", "IN", "2016-06-16")], as_name=("IN", "apnic", "2016-06-16", "EXIN-AS, IN")),
    Network("lower-handles", "apnic", "202.90.100.1", "202.90.96.0 - 202.90.103.255", "EXAMPLE-ID", "ID", "ALLOCATED PORTABLE",
            org="ORG-ex9-AP", admin=["ex9-AP"], mnt=["MNT-APJII-ID", "maint-id-example"],
            origins=[([65548], "202.90.96.0/21", "ID", "1998-08-08")], as_name=("ID", "apnic", "1998-08-08", "EXID, ID")),
    Network("allocation-v6", "apnic", "2400:3c00:7::5", "2400:3c00::/32", "EXAMPLE-NZ-V6", "NZ", "ALLOCATED PORTABLE",
            org="ORG-EX7-AP", admin=["EX7-AP"], mnt=["MAINT-NZ-EXAMPLE"],
            origins=[([65549], "2400:3c00::/32", "NZ", "2011-11-11")], as_name=("NZ", "apnic", "2011-11-11", "EXNZ, NZ")),
    Network("assigned-v6", "apnic", "2401:2700:2::aa", "2401:2700:2::/48", "EXAMPLE-SG-V6", "SG", "ASSIGNED NON-PORTABLE",
            admin=["EX8-AP"], mnt=["MAINT-SG-EXAMPLE"], leaf=True,
            origins=[([65550], "2401:2700::/32", "SG", "2012-12-12"), ([65551], "2401:2700:2::/48", "SG", "2012-12-12")],
            as_name=("SG", "apnic", "2012-12-12", "EXSG-AS-AP, SG")),

    # LACNIC: no names
    Network("mexico", "lacnic", "200.57.140.1", "200.57.128.0/19", None, "MX", "ALLOCATED", org="MX-EXSA-LACNIC",
            org_name="Ejemplo, S.A. de C.V.", admin=["ADE2"], tech=["ADE3"], origins=[([4200000496], "200.57.128.0/20", "MX", "2000-01-01")],
            as_name=("MX", "lacnic", "1999-01-01", "Ejemplo, S.A. de C.V., MX")),
    Network("argentina", "lacnic", "181.45.1.1", "181.44.0.0/14", None, "AR", "ALLOCATED", org="AR-EJSA-LACNIC",
            org_name="Ejemplo Telecomunicaciones S.A.", admin=["EJT"], origins=[([4200000497], "181.44.0.0/14", "AR", "2010-05-05")],
            as_name=("AR", "lacnic", "2000-05-05", "Ejemplo Argentina, AR")),
    Network("not-routed", "lacnic", "190.24.33.44", "190.24.32.0/20", None, "CO", "ASSIGNED", org="CO-EJEM-LACNIC",
            org_name="Ejemplo Colombia", admin=["EJC"], leaf=True, origins=[([], "NA", "CO", "2013-10-29")]),
    Network("brazil", "lacnic", "177.10.20.30", "177.10.16.0/20", None, "BR", "ALLOCATED", org="05.506.560/0001-36",
            org_name="Exemplo Informação Ltda", admin=["EXB12"], tech=["EXB13"], encoding="latin-1",
            spelled={"port43": "whois.registro.br", "handle": "177.10.16.0/20"},
            origins=[([4200000498], "177.10.16.0/20", "BR", "2011-07-07")], as_name=("BR", "lacnic", "2011-07-07", "Exemplo Informação Ltda, BR")),
    Network("reassigned", "lacnic", "187.60.70.80", "187.60.70.64/26", None, "BR", "REASSIGNED", org="123.456.789-00",
            org_name="Cliente Exemplo", admin=["CLE1"], leaf=True,
            before="inetnum:     187.60/17\nstatus:      allocated\nowner:       Exemplo\nownerid:     00.000.000/0001-91\n"
                   "country:     BR\nowner-c:     EXB99\n\n",
            origins=[([4200000499], "187.60.0.0/17", "BR", "2008-08-08")], as_name=("BR", "lacnic", "2008-08-08", "Exemplo, BR")),
    Network("chile-no-country", "lacnic", "201.214.5.6", "201.214.0.0/15", None, None, "ALLOCATED", org="CL-EJCL-LACNIC",
            org_name="Ejemplo Chile", admin=["EJCL"], origins=[([4200000500], "201.214.0.0/15", "CL", "2004-04-04")],
            as_name=("CL", "lacnic", "2004-04-04", "Ejemplo Chile, CL")),
    Network("brazil-v6", "lacnic", "2804:14d:1::1", "2804:14d::/32", None, "BR", "ALLOCATED", org="00.000.000/0001-91",
            org_name="Exemplo IPv6", admin=["EXB6"], origins=[([4200000501], "2804:14d::/32", "BR", "2010-10-10")],
            as_name=("BR", "lacnic", "2010-10-10", "Exemplo IPv6, BR")),
    Network("small-v6", "lacnic", "2801:10:c000::25", "2801:10:c000::/48", None, "EC", "ASSIGNED", org="EC-EJEC-LACNIC",
            org_name="Ejemplo Ecuador", admin=["EJEC"], leaf=True, origins=[([4200000502], "2801:10:c000::/48", "EC", "2014-04-14")],
            as_name=("EC", "lacnic", "2014-04-14", "Ejemplo Ecuador, EC")),

    # AFRINIC: roles are missing
    Network("south-africa", "afrinic", "41.76.8.9", "41.76.8.0 - 41.76.15.255", "EXAMPLE-ZA", "ZA", "ALLOCATED PA",
            org="ORG-EX1-AFRINIC", admin=["EX1-AFRINIC"], tech=["EX2-AFRINIC"], mnt=["AFRINIC-HM-MNT", "EXZA-MNT"],
            origins=[([4200000503], "41.76.8.0/21", "ZA", "2008-01-01")], as_name=("ZA", "afrinic", "2008-01-01", "Example-ZA, ZA")),
    Network("nigeria", "afrinic", "105.112.20.30", "105.112.16.0 - 105.112.31.255", "EXAMPLE-NG-MOBILE", "NG", "ASSIGNED PA",
            admin=["EX3-AFRINIC"], mnt=["EXNG-MNT"], leaf=True, after=route("105.112.0.0/12", 64504),
            origins=[([4200000504], "105.112.16.0/20", "NG", "2011-11-11")], as_name=("NG", "afrinic", "2011-11-11", "EX-NG, NG")),
    Network("kenya-no-country", "afrinic", "197.248.5.5", "197.248.0.0 - 197.248.63.255", "EXAMPLE-KE", None, "SUB-ALLOCATED PA",
            admin=["EX4-AFRINIC"], mnt=["EXKE-MNT"], after=org_after("KE"),
            origins=[([4200000505], "197.248.0.0/16", "KE", "2010-10-10")], as_name=("KE", "afrinic", "2010-10-10", "EXKE-AS, KE")),
    Network("egypt", "afrinic", "196.205.7.7", "196.205.0.0 - 196.205.255.255", "EXAMPLE-EG", "EG", "ALLOCATED PA",
            admin=["EX5-AFRINIC"], mnt=["AFRINIC-HM-MNT"],
            origins=[([4200000506], "196.205.0.0/17", "EG", "2005-05-05"), ([4200000506], "196.205.0.0/16", "EG", "2005-05-05")],
            as_name=("EG", "afrinic", "2005-05-05", "EXEG-AS, EG")),
    Network("morocco", "afrinic", "102.50.60.70", "102.50.60.0 - 102.50.63.255", "EXAMPLE-MA", "MA", "ASSIGNED ANYCAST",
            admin=["EX6-AFRINIC"], mnt=["EXMA-MNT"], leaf=True,
            origins=[([4200000507], "102.50.60.0/22", "MA", "2018-08-08")], as_name=("MA", "afrinic", "2018-08-08", "EXMA-AS, MA")),
    Network("mauritius-v6", "afrinic", "2c0f:f6d0:42::1", "2c0f:f6d0::/32", "EXAMPLE-MU-V6", "MU", "ALLOCATED-BY-RIR",
            org="ORG-EX7-AFRINIC", admin=["EX7-AFRINIC"], mnt=["AFRINIC-HM-MNT"],
            origins=[([4200000508], "2c0f:f6d0::/32", "MU", "2013-03-03")], as_name=("MU", "afrinic", "2013-03-03", "EXMU-AS, MU")),
]
