import AppPasswordCore
import LDAPDirectory
import TestServers

/// The entries that tests look for.
enum TestDirectory {
    static let base = "ou=users,dc=example,dc=com"
    private static let shared = Task { try await SlapdServer(ldif: ldif) }

    /// The server that tests share which do not harm it.
    static func server() async throws -> SlapdServer { try await shared.value }

    static func configuration(_ server: SlapdServer) -> LDAPDirectory.Configuration {
        var configuration = LDAPDirectory.Configuration(host: "127.0.0.1", port: server.port, baseDN: base)
        configuration.timeout = .seconds(20)
        return configuration
    }

    static let ldif = """
        dn: ou=users,dc=example,dc=com
        objectClass: organizationalUnit
        ou: users

        \(person("alice", "homeDirectory: /home/alice\nloginShell: /bin/bash"))
        \(person("j_doe", "homeDirectory: /home/j_doe"))
        \(person("jxdoe", "homeDirectory: /home/jxdoe"))
        \(person("Upper", "homeDirectory: /home/upper"))
        \(person("off", "homeDirectory: /home/off\nloginShell: /bin/false"))
        \(person("homeless", "homeDirectory: /dev/null\nloginShell: /bin/bash"))
        \(person("100%", "homeDirectory: /home/100"))
        dn: uid=star,ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        cn: star
        sn: star
        uid: *
        uid: star

        dn: cn=muller,ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        cn: muller
        sn: muller
        uid: muller

        dn: cn=mueller,ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        cn: mueller
        sn: mueller
        uid:: bcO8bGxlcg==

        dn: cn=first,ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        cn: first
        sn: twin
        uid: twin
        mail: first@example.com

        dn: cn=second,ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        cn: second
        sn: twin
        uid: twin
        uid: other

        dn: cn=third,ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        cn: third
        sn: twin
        uid: triplet

        dn: cn=fourth,ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        cn: fourth
        sn: triplet
        uid: triplet

        dn: cn=fifth,ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        cn: fifth
        sn: triplet
        uid: triplet

        dn: cn=paren,ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        cn: paren
        sn: paren
        uid: a)(uid=*

        dn: cn=nameless,ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        cn: nameless
        sn: nameless
        mail: nameless@example.com
        """

    private static func person(_ name: String, _ more: String) -> String {
        """
        dn: uid=\(name),ou=users,dc=example,dc=com
        objectClass: inetOrgPerson
        objectClass: posixAccount
        uid: \(name)
        cn: \(name)
        sn: \(name)
        uidNumber: 1000
        gidNumber: 1000
        \(more)

        """
    }
}
