/// A certificate authority of a test, and a server certificate of its for `localhost` and 127.0.0.1.
public final class TestCertificates: Sendable {
    /// The authority's certificate (PEM).
    public let authority: String
    /// The server's certificate (PEM).
    public let certificate: String
    /// The server's key (PEM).
    public let key: String

    private let directory: PrivateDirectory

    /// Makes an authority and a certificate with `openssl`.
    ///
    /// - Parameter names: What the certificate is for, as OpenSSL writes a subjectAltName.
    public init(names: String = "DNS:localhost,IP:127.0.0.1") async throws {
        directory = try PrivateDirectory()
        let path = directory.path
        (authority, certificate, key) = (path + "/ca.pem", path + "/cert.pem", path + "/key.pem")
        _ = try await Command.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=Test authority", "-keyout", path + "/ca.key", "-out", authority,
        ])
        _ = try await Command.run([
            "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=Test server", "-keyout", key, "-out", path + "/cert.csr",
        ])
        let extensions = try directory.write("subjectAltName=\(names)\n", to: "ext")
        _ = try await Command.run([
            "openssl", "x509", "-req", "-in", path + "/cert.csr", "-CA", authority, "-CAkey", path + "/ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate,
        ])
    }
}
