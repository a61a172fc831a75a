import Foundation

/// A private web server (Python's) that gives out one file by HTTPS, with an ETag.
public final class WebServer: Sendable {
    private static let program = #"""
        import hashlib, http.server, ssl, sys
        port, file, log, certificate, key = sys.argv[1:]
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_GET(self):
                try:
                    body = open(file, "rb").read()
                    tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
                    status = 304 if self.headers.get("If-None-Match") == tag else 200
                except OSError:
                    body, tag, status = b"", None, 404
                if self.path == "/moved":
                    body, tag, status = b"", None, 302
                if status != 200: body = b""
                with open(log, "a") as out: out.write(f"{status}\n")
                self.send_response(status)
                if tag: self.send_header("ETag", tag)
                if status == 302: self.send_header("Location", "/lists.tar")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *arguments): pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.serve_forever()
        """#

    /// The server's process, to end, freeze and start.
    public let process: ServerProcess
    /// Its authority, which clients have to know (PEM).
    public let authority: String
    /// The URL of the file.
    public let url: String

    private let directory: PrivateDirectory
    private let certificates: TestCertificates

    /// Starts a server that has no file yet.
    public init() async throws {
        certificates = try await TestCertificates()
        authority = certificates.authority
        directory = try PrivateDirectory()
        let port = try freePort()
        url = "https://localhost:\(port)/lists.tar"
        process = ServerProcess(
            [
                "python3", "-c", Self.program, "\(port)", directory.path + "/file", directory.path + "/answers",
                certificates.certificate, certificates.key,
            ], log: directory.path + "/log"
        ) { isListening(port) }
        try await process.start()
    }

    /// Gives out these bytes from now on.
    public func publish(_ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: directory.path + "/file"), options: .atomic)
    }

    /// What it has answered so far: 200, 304, …
    public var answers: [Int] {
        ((try? directory.read("answers")) ?? "").split(separator: "\n").compactMap { Int($0) }
    }
}
