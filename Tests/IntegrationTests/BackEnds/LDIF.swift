import Foundation

/// Entries of a test directory.
enum LDIF {
    /// The parent of all accounts.
    static let users = """
        dn: ou=users,dc=example,dc=com
        objectClass: organizationalUnit
        ou: users


        """

    /// An account with one or more spellings of its name; `more` are further lines.
    static func account(_ names: String..., called name: String? = nil, more: String = "") -> String {
        let uids = names.map { "uid:: \(base64($0))\n" }.joined()
        let common = base64(name ?? names[0])
        return """
            dn:: \(base64("cn=\(escaped(name ?? names[0])),ou=users,dc=example,dc=com"))
            objectClass: inetOrgPerson
            objectClass: posixAccount
            cn:: \(common)
            sn:: \(common)
            uidNumber: 1000
            gidNumber: 1000
            \(uids)\(more.isEmpty ? "homeDirectory: /home/mail" : more)


            """
    }

    /// A value in a name of an entry (RFC 4514).
    private static func escaped(_ value: String) -> String {
        value.map { #",+"\<>;="#.contains($0) ? "\\\($0)" : "\($0)" }.joined()
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
