import Foundation

/// A private OpenLDAP server with one database, on `ldap://`, `ldaps://` and `ldapi://`.
public final class SlapdServer: Sendable {
    /// The directory's suffix.
    public static let suffix = "dc=example,dc=com"
    /// Who may write; its password is ``rootPassword``.
    public static let rootDN = "cn=admin,dc=example,dc=com"
    /// The password of ``rootDN``.
    public static let rootPassword = "adm(in*s3cret"

    /// The server's process, to end, freeze and start.
    public let process: ServerProcess
    /// Port of `ldap://127.0.0.1`.
    public let port: UInt16
    /// Port of `ldaps://127.0.0.1`.
    public let tlsPort: UInt16
    /// The authority of its certificate (PEM).
    public let certificates: TestCertificates
    /// `ldapi://` with its escaped socket.
    public let socketURI: String

    private let directory: PrivateDirectory

    /// Starts a server that holds the given entries.
    ///
    /// - Parameters:
    ///   - ldif: Entries below ``suffix``, whose own entry is there already.
    ///   - options: More lines of its configuration, before the database's.
    ///   - access: Who may do what, as slapd.access(5) has it.
    ///   - names: What its certificate is for, as OpenSSL writes a subjectAltName.
    public init(
        ldif: String, options: String = "", access: String = "access to * by * read",
        names: String = "DNS:localhost,IP:127.0.0.1"
    ) async throws {
        directory = try PrivateDirectory()
        certificates = try await TestCertificates(names: names)
        let path = directory.path
        (port, tlsPort) = (try freePort(), try freePort())
        let socket = path + "/ldapi"
        socketURI = "ldapi://" + socket.replacingOccurrences(of: "/", with: "%2F")
        try FileManager.default.createDirectory(atPath: path + "/db", withIntermediateDirectories: false)
        let configuration = try directory.write(
            """
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            include /etc/ldap/schema/nis.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            pidfile \(path)/pid
            argsfile \(path)/args
            TLSCACertificateFile \(certificates.authority)
            TLSCertificateFile \(certificates.certificate)
            TLSCertificateKeyFile \(certificates.key)
            \(options)
            database mdb
            suffix \(Self.suffix)
            rootdn \(Self.rootDN)
            rootpw \(Self.rootPassword)
            directory \(path)/db
            index uid eq
            dbnosync
            \(access)

            """, to: "slapd.conf")
        let entries = try directory.write(
            """
            dn: \(Self.suffix)
            objectClass: dcObject
            objectClass: organization
            o: Example
            dc: example

            \(ldif)

            """, to: "entries.ldif")
        _ = try await Command.run(["slapadd", "-f", configuration, "-l", entries])
        let (plain, secure, log) = (port, tlsPort, path + "/log")
        process = ServerProcess(
            [
                "slapd", "-d", "stats", "-f", configuration, "-h",
                "ldap://127.0.0.1:\(plain) ldaps://127.0.0.1:\(secure) \(socketURI)",
            ], log: log
        ) { isListening(plain) && isListening(secure) }
        try await process.start()
    }

    /// What it has logged (level `stats`): a line for each operation.
    public var log: String { get throws { try directory.read("log") } }
}
