@testable import AppPasswordCore
import AuditCore

/// What a login meets, row by row: limits as the table has them, who comes from where and when, and what comes of it.
enum LimitTable {
    struct Row: CustomStringConvertible, Sendable {
        /// `services=imap networks=…`, by the names of the columns.
        var limits: String
        /// `imap 192.88.98.1 DE AS3320 @10`: service, address (`-`: none), country (`-`: the sources have none, `?`: nobody
        /// could tell, `!`: we did not ask, `~DE`: MaxMind's file could not tell and the registry has DE, `^DE`: there is no such
        /// file), AS the same way, and the database's time in seconds.
        var login: String
        /// `ok`, `expired:expires`, `not_yet`, `wrong_service`, `wrong_place:networks`, `undecided:countries`; `binds:DE`.
        var outcome: String

        var description: String { "\(limits) | \(login) | \(outcome)" }
    }

    /// Each line: limits | login | outcome.
    static let rows: [Row] = text.split(separator: "\n").map { line in
        let parts = line.split(separator: "|", omittingEmptySubsequences: false).map {
            $0.split(separator: " ").joined(separator: " ")
        }
        return Row(limits: parts[0], login: parts[1], outcome: parts[2])
    }

    /// Every way a login may differ against every single limit, and combinations whose order counts.
    private static let text = times + services + networks + places + bindings + orders

    private static let times = """
        | imap 192.88.98.1 DE AS1 @10 | ok
        | imap - - - @0 | ok
        expires=@20 | imap 192.88.98.1 DE AS1 @0 | ok
        expires=@20 | imap 192.88.98.1 DE AS1 @19 | ok
        expires=@20 | imap 192.88.98.1 DE AS1 @19.999 | ok
        expires=@20 | imap 192.88.98.1 DE AS1 @20 | expired:expires
        expires=@20 | imap 192.88.98.1 DE AS1 @20.001 | expired:expires
        expires=@20 | imap 192.88.98.1 DE AS1 @21 | expired:expires
        expires=@20 | imap 192.88.98.1 DE AS1 @9999999 | expired:expires
        expires=@20.5 | imap 192.88.98.1 DE AS1 @20.499 | ok
        expires=@20.5 | imap 192.88.98.1 DE AS1 @20.5 | expired:expires
        expires=@20 | imap 10.0.0.1 - - @20 | expired:expires
        expires=@20 | imap - - - @20 | expired:expires
        expires=@20 | imap - - - @19 | ok
        expires=@0 | imap 192.88.98.1 DE AS1 @0 | expired:expires
        not_before=@20 | imap 192.88.98.1 DE AS1 @0 | not_yet
        not_before=@20 | imap 192.88.98.1 DE AS1 @19 | not_yet
        not_before=@20 | imap 192.88.98.1 DE AS1 @19.999 | not_yet
        not_before=@20 | imap 192.88.98.1 DE AS1 @20 | ok
        not_before=@20 | imap 192.88.98.1 DE AS1 @21 | ok
        not_before=@20 | imap 10.0.0.1 - - @19 | not_yet
        not_before=@20 | imap - - - @19 | not_yet
        not_before=@20 | imap - - - @20 | ok
        not_before=@0 | imap 192.88.98.1 DE AS1 @0 | ok
        not_before=@20 expires=@30 | imap 192.88.98.1 DE AS1 @19 | not_yet
        not_before=@20 expires=@30 | imap 192.88.98.1 DE AS1 @20 | ok
        not_before=@20 expires=@30 | imap 192.88.98.1 DE AS1 @29 | ok
        not_before=@20 expires=@30 | imap 192.88.98.1 DE AS1 @30 | expired:expires
        not_before=@30 expires=@20 | imap 192.88.98.1 DE AS1 @10 | not_yet
        not_before=@30 expires=@20 | imap 192.88.98.1 DE AS1 @25 | expired:expires
        not_before=@30 expires=@20 | imap 192.88.98.1 DE AS1 @35 | expired:expires
        unused_days=1 used=@0 | imap 192.88.98.1 DE AS1 @86399 | ok
        unused_days=1 used=@0 | imap 192.88.98.1 DE AS1 @86399.999 | ok
        unused_days=1 used=@0 | imap 192.88.98.1 DE AS1 @86400 | expired:unused_days
        unused_days=1 used=@0 | imap 192.88.98.1 DE AS1 @86401 | expired:unused_days
        unused_days=2 used=@0 | imap 192.88.98.1 DE AS1 @86401 | ok
        unused_days=2 used=@0 | imap 192.88.98.1 DE AS1 @172800 | expired:unused_days
        unused_days=60 used=@0 | imap 192.88.98.1 DE AS1 @5183999 | ok
        unused_days=60 used=@0 | imap 192.88.98.1 DE AS1 @5184000 | expired:unused_days
        unused_days=1 made=@0 | imap 192.88.98.1 DE AS1 @86399 | ok
        unused_days=1 made=@0 | imap 192.88.98.1 DE AS1 @86400 | expired:unused_days
        unused_days=1 made=@0 used=@100 | imap 192.88.98.1 DE AS1 @86400 | ok
        unused_days=1 made=@0 used=@100 | imap 192.88.98.1 DE AS1 @86500 | expired:unused_days
        unused_days=1 made=@100 used=@0 | imap 192.88.98.1 DE AS1 @86499 | ok
        unused_days=1 made=@0 set_at=@200 | imap 192.88.98.1 DE AS1 @86500 | ok
        unused_days=1 made=@0 set_at=@200 | imap 192.88.98.1 DE AS1 @86600 | expired:unused_days
        unused_days=1 made=@0 used=@300 set_at=@200 | imap 192.88.98.1 DE AS1 @86600 | ok
        unused_days=1 made=@0 used=@300 set_at=@200 | imap 192.88.98.1 DE AS1 @86700 | expired:unused_days
        unused_days=1 | imap 192.88.98.1 DE AS1 @99999999 | ok
        unused_days=36500 used=@0 | imap 192.88.98.1 DE AS1 @99999999 | ok
        unused_days=1 used=@0 | imap - - - @86400 | expired:unused_days
        used=@0 made=@0 set_at=@0 | imap 192.88.98.1 DE AS1 @99999999 | ok
        expires=@20 unused_days=1 used=@0 | imap 192.88.98.1 DE AS1 @86400 | expired:expires
        expires=@99999999 unused_days=1 used=@0 | imap 192.88.98.1 DE AS1 @86400 | expired:unused_days
        not_before=@99999999 unused_days=1 used=@0 | imap 192.88.98.1 DE AS1 @86400 | not_yet
        not_before=@1000 unused_days=1 made=@0 | imap 192.88.98.1 DE AS1 @87399 | ok
        not_before=@1000 unused_days=1 made=@0 set_at=@0 | imap 192.88.98.1 DE AS1 @87400 | expired:unused_days
        not_before=@1000 unused_days=1 made=@2000 | imap 192.88.98.1 DE AS1 @88399 | ok
        suspended=@0 | imap 192.88.98.1 DE AS1 @0 | suspended
        suspended=@99 not_before=@5 expires=@1 services=smtp | imap 192.88.98.1 DE AS1 @2 | suspended

        """

    private static let services = """
        services=imap | imap 192.88.98.1 DE AS1 @10 | ok
        services=imap | IMAP 192.88.98.1 DE AS1 @10 | ok
        services=IMAP | imap 192.88.98.1 DE AS1 @10 | ok
        services=imap | pop3 192.88.98.1 DE AS1 @10 | wrong_service
        services=imap | smtp 192.88.98.1 DE AS1 @10 | wrong_service
        services=imap | imap4 192.88.98.1 DE AS1 @10 | wrong_service
        services=imap | ima 192.88.98.1 DE AS1 @10 | wrong_service
        services=imap | % 192.88.98.1 DE AS1 @10 | wrong_service
        services=imap | imap,smtp 192.88.98.1 DE AS1 @10 | wrong_service
        services=imap,smtp | imap 192.88.98.1 DE AS1 @10 | ok
        services=imap,smtp | smtp 192.88.98.1 DE AS1 @10 | ok
        services=imap,smtp | pop3 192.88.98.1 DE AS1 @10 | wrong_service
        services=imap,smtp | submission 192.88.98.1 DE AS1 @10 | wrong_service
        services=smtp,submission | submission 192.88.98.1 DE AS1 @10 | ok
        services=smtp,submission | sieve 192.88.98.1 DE AS1 @10 | wrong_service
        services=smtp | smtp 10.0.0.1 - - @10 | ok
        services=smtp | imap 10.0.0.1 - - @10 | wrong_service
        services=smtp | imap - - - @10 | wrong_service
        services=smtp | smtp - - - @10 | ok
        services=ſmtp | smtp 192.88.98.1 DE AS1 @10 | wrong_service
        services=* | smtp 192.88.98.1 DE AS1 @10 | wrong_service

        """

    private static let networks = """
        networks=192.88.98.0/24 | imap 192.88.98.0 DE AS1 @10 | ok
        networks=192.88.98.0/24 | imap 192.88.98.255 DE AS1 @10 | ok
        networks=192.88.98.0/24 | imap 192.88.97.255 DE AS1 @10 | wrong_place:networks
        networks=192.88.98.0/24 | imap 192.88.99.0 DE AS1 @10 | wrong_place:networks
        networks=192.88.98.7/24 | imap 192.88.98.1 DE AS1 @10 | ok
        networks=192.88.98.1 | imap 192.88.98.1 DE AS1 @10 | ok
        networks=192.88.98.1 | imap 192.88.98.2 DE AS1 @10 | wrong_place:networks
        networks=192.88.98.0/24,203.1.0.0/16 | imap 203.1.2.3 DE AS1 @10 | ok
        networks=192.88.98.0/24,203.1.0.0/16 | imap 203.2.2.3 DE AS1 @10 | wrong_place:networks
        networks=192.88.98.0/24 | imap 10.0.0.1 - - @10 | wrong_place:networks
        networks=10.0.0.0/8 | imap 10.0.0.1 - - @10 | ok
        networks=10.0.0.0/8 | imap 192.168.0.1 - - @10 | wrong_place:networks
        networks=10.0.0.0/8 | imap 192.88.98.1 DE AS1 @10 | wrong_place:networks
        networks=192.168.7.0/24 | imap 192.168.7.9 - - @10 | ok
        networks=127.0.0.0/8 | imap - - - @10 | ok
        networks=127.0.0.1 | imap - - - @10 | ok
        networks=127.0.0.2 | imap - - - @10 | wrong_place:networks
        networks=10.0.0.0/8 | imap - - - @10 | wrong_place:networks
        networks=::1 | imap - - - @10 | wrong_place:networks
        networks=::1 | imap ::1 - - @10 | ok
        networks=2a00::/16 | imap 2a00:1::1 DE AS1 @10 | ok
        networks=2a00::/16 | imap 2a01:1::1 DE AS1 @10 | wrong_place:networks
        networks=::/0 | imap 192.88.98.1 DE AS1 @10 | wrong_place:networks
        networks=0.0.0.0/0 | imap 2a00:1::1 DE AS1 @10 | wrong_place:networks
        networks=0.0.0.0/0 | imap 192.88.98.1 DE AS1 @10 | ok
        networks=0.0.0.0/0,::/0 | imap 2a00:1::1 DE AS1 @10 | ok
        networks=192.88.98.0/24 | imap ::ffff:192.88.98.1 DE AS1 @10 | ok
        networks=192.88.98.0/24 | imap 2002:c058:6201::1 DE AS1 @10 | wrong_place:networks
        networks=192.88.98.0/24 | imap 64:ff9b::c058:6201 DE AS1 @10 | wrong_place:networks
        networks=fd00::/8 | imap fd00::1 - - @10 | ok
        networks=fd00::/8 | imap fe80::1 - - @10 | wrong_place:networks
        networks=192.88.98.0/24 | imap 192.88.98.1 ? ? @10 | ok
        networks=192.88.98.0/24 | imap 203.1.2.3 ? ? @10 | wrong_place:networks
        networks=192.88.98.0/24 | imap 192.88.98.1 ! ! @10 | ok

        """

    private static let places = """
        countries=DE | imap 192.88.98.1 DE AS1 @10 | ok
        countries=de | imap 192.88.98.1 DE AS1 @10 | ok
        countries=DE | imap 192.88.98.1 AT AS1 @10 | wrong_place:countries
        countries=DE,AT | imap 192.88.98.1 AT AS1 @10 | ok
        countries=DE,AT | imap 192.88.98.1 CH AS1 @10 | wrong_place:countries
        countries=DE | imap 192.88.98.1 - AS1 @10 | wrong_place:countries
        countries=DE | imap 192.88.98.1 ? AS1 @10 | ok
        countries=DE | imap 192.88.98.1 ?tempfail AS1 @10 | undecided:countries
        countries=DE | imap 192.88.98.1 ?deny AS1 @10 | wrong_place:countries
        countries=DE | imap 192.88.98.1 ! AS1 @10 | undecided:countries
        countries=DE | imap 192.88.98.1 reg:DE AS1 @10 | ok
        countries=DE | imap 192.88.98.1 reg:AT AS1 @10 | wrong_place:countries
        countries=DE | imap 192.88.98.1 DE/AT AS1 @10 | ok
        countries=AT | imap 192.88.98.1 DE/AT AS1 @10 | wrong_place:countries
        countries=DE | imap 10.0.0.1 - - @10 | ok
        countries=DE | imap 10.0.0.1 ? ? @10 | ok
        countries=DE | imap 10.0.0.1 ! ! @10 | ok
        countries=DE | imap 10.0.0.1 ?deny ?deny @10 | ok
        countries=DE | imap - - - @10 | ok
        countries=DE | imap fd00::1 ? ? @10 | ok
        countries=DE | imap 2a00:1::1 DE AS1 @10 | ok
        countries=DE | imap 2a00:1::1 FR AS1 @10 | wrong_place:countries
        countries=ZZ | imap 192.88.98.1 DE AS1 @10 | wrong_place:countries
        countries=DE | imap 192.88.98.1 DE ? @10 | ok
        countries=DE | imap 192.88.98.1 DE ! @10 | ok
        countries=DE | imap 2002:0a00:1::1 FR AS1 @10 | wrong_place:countries
        as_numbers=AS1 | imap 192.88.98.1 DE AS1 @10 | ok
        as_numbers=1 | imap 192.88.98.1 DE AS1 @10 | ok
        as_numbers=as1 | imap 192.88.98.1 DE AS1 @10 | ok
        as_numbers=AS1 | imap 192.88.98.1 DE AS2 @10 | wrong_place:as_numbers
        as_numbers=AS1,AS2 | imap 192.88.98.1 DE AS2 @10 | ok
        as_numbers=AS1,AS2 | imap 192.88.98.1 DE AS12 @10 | wrong_place:as_numbers
        as_numbers=AS1 | imap 192.88.98.1 DE AS1+AS2 @10 | ok
        as_numbers=AS2 | imap 192.88.98.1 DE AS1+AS2 @10 | ok
        as_numbers=AS3 | imap 192.88.98.1 DE AS1+AS2 @10 | wrong_place:as_numbers
        as_numbers=AS2 | imap 192.88.98.1 DE AS1/AS2 @10 | ok
        as_numbers=AS1 | imap 192.88.98.1 DE AS1/AS2 @10 | ok
        as_numbers=AS3 | imap 192.88.98.1 DE AS1/AS2 @10 | wrong_place:as_numbers
        as_numbers=AS1 | imap 192.88.98.1 DE - @10 | wrong_place:as_numbers
        as_numbers=AS1 | imap 192.88.98.1 DE ? @10 | ok
        as_numbers=AS1 | imap 192.88.98.1 DE ?tempfail @10 | undecided:as_numbers
        as_numbers=AS1 | imap 192.88.98.1 DE ?deny @10 | wrong_place:as_numbers
        as_numbers=AS1 | imap 192.88.98.1 DE ! @10 | undecided:as_numbers
        as_numbers=AS4200000000 | imap 192.88.98.1 DE AS4200000000 @10 | ok
        as_numbers=AS1.10 | imap 192.88.98.1 DE AS65546 @10 | ok
        as_numbers=AS1 | imap 10.0.0.1 - - @10 | ok
        as_numbers=AS1 | imap 10.0.0.1 ?deny ?deny @10 | ok
        as_numbers=AS1 | imap - - - @10 | ok
        as_numbers=AS1 | imap 192.88.98.1 ! AS1 @10 | ok
        as_numbers=AS1 | imap 2a00:1::1 DE AS1 @10 | ok
        countries=DE as_numbers=AS1 | imap 192.88.98.1 DE AS1 @10 | ok
        countries=DE as_numbers=AS1 | imap 192.88.98.1 DE AS2 @10 | wrong_place:as_numbers
        countries=DE as_numbers=AS1 | imap 192.88.98.1 AT AS1 @10 | wrong_place:countries
        countries=DE as_numbers=AS1 | imap 192.88.98.1 AT AS2 @10 | wrong_place:countries
        countries=DE as_numbers=AS1 | imap 192.88.98.1 ?tempfail AS2 @10 | undecided:countries
        countries=DE as_numbers=AS1 | imap 192.88.98.1 ? AS2 @10 | ok
        countries=DE | imap 192.88.98.1 ~DE AS1 @10 | ok
        countries=DE | imap 192.88.98.1 ~AT AS1 @10 | ok
        countries=DE | imap 192.88.98.1 ~DE ?tempfail @10 | undecided:countries
        countries=DE | imap 192.88.98.1 ~AT ?tempfail @10 | undecided:countries
        countries=DE | imap 192.88.98.1 ~AT ?deny @10 | wrong_place:countries
        countries=DE | imap 192.88.98.1 ^DE ?tempfail @10 | ok
        countries=DE | imap 192.88.98.1 ^AT ?tempfail @10 | wrong_place:countries
        as_numbers=AS1 | imap 192.88.98.1 ~DE AS2 @10 | ok
        as_numbers=AS1 | imap 192.88.98.1 ^DE AS2 @10 | wrong_place:as_numbers
        as_numbers=AS1 | imap 192.88.98.1 DE ?/AS2 @10 | ok
        as_numbers=AS2 | imap 192.88.98.1 DE ?/AS2 @10 | ok
        as_numbers=AS1 | imap 192.88.98.1 DE ?tempfail/AS2 @10 | undecided:as_numbers
        as_numbers=AS2 | imap 192.88.98.1 DE ?tempfail/AS2 @10 | ok
        as_numbers=AS1 | imap 192.88.98.1 DE ?deny/AS2 @10 | wrong_place:as_numbers
        as_numbers=AS1 | imap 192.88.98.1 DE !/AS2 @10 | undecided:as_numbers
        networks=10.0.0.0/8 countries=DE | imap 10.1.1.1 - - @10 | ok
        networks=10.0.0.0/8 countries=DE | imap 192.168.1.1 - - @10 | wrong_place:networks
        networks=192.88.98.0/24 countries=DE | imap 192.88.98.1 FR AS1 @10 | wrong_place:countries

        """

    private static let bindings = """
        bind=country | imap 192.88.98.1 DE AS1 @10 | ok binds:DE
        bind=country | imap 192.88.98.1 reg:AT AS1 @10 | ok binds:AT
        bind=country | imap 192.88.98.1 DE/AT AS1 @10 | ok binds:DE
        bind=country | imap 192.88.98.1 - AS1 @10 | wrong_place:bind
        bind=country | imap 192.88.98.1 ? AS1 @10 | ok
        bind=country | imap 192.88.98.1 ?tempfail AS1 @10 | undecided:bind
        bind=country | imap 192.88.98.1 ?deny AS1 @10 | wrong_place:bind
        bind=country | imap 192.88.98.1 ! AS1 @10 | undecided:bind
        bind=country | imap 10.0.0.1 - - @10 | ok
        bind=country | imap - - - @10 | ok
        bind=country bound=DE | imap 192.88.98.1 DE AS1 @10 | ok
        bind=country bound=DE | imap 192.88.98.1 AT AS1 @10 | wrong_place:bind
        bind=country bound=de | imap 192.88.98.1 DE AS1 @10 | ok
        bind=country bound=DE | imap 192.88.98.1 - AS1 @10 | wrong_place:bind
        bind=country bound=DE | imap 192.88.98.1 ? AS1 @10 | ok
        bind=country bound=DE | imap 192.88.98.1 ! AS1 @10 | undecided:bind
        bind=country bound=DE | imap 10.0.0.1 ? ? @10 | ok
        bind=country bound=DE | imap - - - @10 | ok
        bind=asn | imap 192.88.98.1 DE AS1 @10 | ok binds:AS1
        bind=asn | imap 192.88.98.1 DE AS1+AS2 @10 | ok binds:AS1
        bind=asn | imap 192.88.98.1 DE AS1/AS2 @10 | ok binds:AS1
        bind=asn | imap 192.88.98.1 DE -/AS2 @10 | ok binds:AS2
        bind=asn | imap 192.88.98.1 DE - @10 | wrong_place:bind
        bind=asn | imap 192.88.98.1 DE ? @10 | ok
        bind=asn | imap 192.88.98.1 DE ?tempfail @10 | undecided:bind
        bind=asn | imap 192.88.98.1 DE ?deny @10 | wrong_place:bind
        bind=asn | imap 192.88.98.1 DE ! @10 | undecided:bind
        bind=asn | imap 10.0.0.1 - - @10 | ok
        bind=asn | imap 192.88.98.1 DE ?tempfail/AS2 @10 | ok binds:AS2
        bind=asn bound=AS1 | imap 192.88.98.1 DE ?/AS2 @10 | ok
        bind=asn bound=AS1 | imap 192.88.98.1 DE ?tempfail/AS2 @10 | undecided:bind
        bind=asn bound=AS2 | imap 192.88.98.1 DE ?deny/AS2 @10 | ok
        bind=country | imap 192.88.98.1 ~DE AS1 @10 | ok
        bind=country | imap 192.88.98.1 ^DE AS1 @10 | ok binds:DE
        bind=asn bound=AS1 | imap 192.88.98.1 DE AS1 @10 | ok
        bind=asn bound=AS1 | imap 203.1.2.3 FR AS1 @10 | ok
        bind=asn bound=AS1 | imap 192.88.98.1 DE AS2 @10 | wrong_place:bind
        bind=asn bound=AS2 | imap 192.88.98.1 DE AS1+AS2 @10 | ok
        bind=asn bound=1 | imap 192.88.98.1 DE AS1 @10 | ok
        bind=asn bound=AS1 | imap 10.0.0.1 - - @10 | ok
        bind=network | imap 192.88.98.77 ? ? @10 | ok binds:192.88.98.0/24
        bind=network | imap 10.1.2.3 - - @10 | ok binds:10.1.2.0/24
        bind=network | imap - - - @10 | ok binds:127.0.0.0/24
        bind=network | imap 2a00:1:2:3:4::5 DE AS1 @10 | ok binds:2a00:1:2:3::/64
        bind=network | imap ::ffff:192.88.98.77 DE AS1 @10 | ok binds:192.88.98.0/24
        bind=network | imap 2002:c058:6201::1 DE AS1 @10 | ok binds:2002:c058:6201::/64
        bind=network bound=192.88.98.0/24 | imap 192.88.98.1 ? ? @10 | ok
        bind=network bound=192.88.98.0/24 | imap 192.88.99.1 DE AS1 @10 | wrong_place:bind
        bind=network bound=192.88.98.0/24 | imap 2a00:1::1 DE AS1 @10 | wrong_place:bind
        bind=network bound=192.88.98.0/24 | imap 10.0.0.1 - - @10 | wrong_place:bind
        bind=network bound=10.1.2.0/24 | imap 10.1.2.200 - - @10 | ok
        bind=network bound=10.1.2.0/24 | imap 10.1.3.1 - - @10 | wrong_place:bind
        bind=network bound=127.0.0.0/24 | imap - - - @10 | ok
        bind=network bound=192.88.98.0/24 | imap - - - @10 | wrong_place:bind
        bound=192.88.98.0/24 | imap 203.1.2.3 DE AS1 @10 | ok
        bound=nonsense | imap 203.1.2.3 DE AS1 @10 | ok

        """

    private static let orders = """
        expires=@20 not_before=@30 services=smtp networks=10.0.0.0/8 countries=AT as_numbers=AS9 bind=country bound=FR | imap 192.88.98.1 DE AS1 @20 | expired:expires
        unused_days=1 used=@0 not_before=@99999999 services=smtp | imap 192.88.98.1 DE AS1 @86400 | not_yet
        not_before=@30 services=smtp networks=10.0.0.0/8 countries=AT as_numbers=AS9 bind=country bound=FR | imap 192.88.98.1 DE AS1 @20 | not_yet
        services=smtp networks=10.0.0.0/8 countries=AT as_numbers=AS9 bind=country bound=FR | imap 192.88.98.1 DE AS1 @20 | wrong_service
        networks=10.0.0.0/8 countries=AT as_numbers=AS9 bind=country bound=FR | imap 192.88.98.1 DE AS1 @20 | wrong_place:networks
        countries=AT as_numbers=AS9 bind=country bound=FR | imap 192.88.98.1 DE AS1 @20 | wrong_place:countries
        as_numbers=AS9 bind=country bound=FR | imap 192.88.98.1 DE AS1 @20 | wrong_place:as_numbers
        bind=country bound=FR | imap 192.88.98.1 DE AS1 @20 | wrong_place:bind
        expires=@30 not_before=@10 services=imap networks=192.88.98.0/24 countries=DE as_numbers=AS1 bind=country bound=DE | imap 192.88.98.1 DE AS1 @20 | ok
        expires=@30 not_before=@10 services=imap networks=192.88.98.0/24 countries=DE as_numbers=AS1 bind=network | imap 192.88.98.1 DE AS1 @20 | ok binds:192.88.98.0/24
        services=imap bind=asn | pop3 192.88.98.1 DE AS1 @20 | wrong_service
        networks=10.0.0.0/8 bind=network | imap 192.88.98.1 DE AS1 @20 | wrong_place:networks
        countries=AT bind=country | imap 192.88.98.1 DE AS1 @20 | wrong_place:countries
        expires=@20 bind=asn | imap 192.88.98.1 DE AS1 @20 | expired:expires
        expires=@20 countries=AT | imap 192.88.98.1 ! ! @20 | expired:expires
        services=smtp countries=AT | imap 192.88.98.1 ! ! @20 | wrong_service
        networks=10.0.0.0/8 countries=AT | imap 192.88.98.1 ! ! @20 | wrong_place:networks
        note=hello set_by=me | imap 192.88.98.1 DE AS1 @20 | ok
        """
}
