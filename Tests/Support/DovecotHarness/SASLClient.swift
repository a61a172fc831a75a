internal import Foundation

/// A client of Dovecot's authentication protocol, as Postfix is one: any mechanism, with parameters of one's own.
enum SASLClient {
    /// `argv`: the socket, mechanism, user, secret, authorization identity, remote address, service.
    static let script = #"""
        import base64, hashlib, hmac, os, socket, sys
        path, mechanism, user, secret, authzid, address, service = sys.argv[1:8]
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(30)
        connection.connect(path)
        stream = connection.makefile("rwb")

        def send(line):
            stream.write(line.encode() + b"\n")
            stream.flush()

        def reply():
            line = stream.readline().decode().rstrip("\n")
            if line.startswith("CONT\t"):
                return base64.b64decode(line.split("\t")[2])
            print(line)
            sys.exit(0)

        def answer(data):
            send("CONT\t1\t" + base64.b64encode(data).decode())
            return reply()

        send("VERSION\t1\t2")
        send("CPID\t%d" % os.getpid())
        while stream.readline() != b"DONE\n":
            pass
        initial = {
            "PLAIN": "%s\0%s\0%s" % (authzid, user, secret),
            "XOAUTH2": "user=%s\1auth=Bearer %s\1\1" % (user, secret),
            "OAUTHBEARER": "n,a=%s,\1auth=Bearer %s\1\1" % (user, secret),
            "EXTERNAL": "",
        }
        head = "AUTH\t1\t%s\tservice=%s\trip=%s\tsecured=tls\tsession=harness" % (mechanism, service, address)
        if mechanism == "EXTERNAL":
            head += "\tvalid-client-cert\tcert_username=" + user
        if mechanism in initial:
            send(head + "\tresp=" + base64.b64encode(initial[mechanism].encode()).decode())
            reply()
            answer(b"")
        elif mechanism == "CRAM-MD5":
            send(head)
            digest = hmac.new(secret.encode(), reply(), hashlib.md5).hexdigest()
            answer(("%s %s" % (user, digest)).encode())
        else:
            name = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}[mechanism]
            bare = "n=%s,r=harness" % user
            send(head + "\tresp=" + base64.b64encode(("n,," + bare).encode()).decode())
            first = reply().decode()
            fields = dict(field.split("=", 1) for field in first.split(","))
            salted = hashlib.pbkdf2_hmac(name, secret.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
            key = hmac.new(salted, b"Client Key", name).digest()
            last = "c=biws,r=" + fields["r"]
            message = ",".join((bare, first, last)).encode()
            signature = hmac.new(hashlib.new(name, key).digest(), message, name).digest()
            proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature))).decode()
            answer((last + ",p=" + proof).encode())
            answer(b"")
        """#
}

/// How Dovecot answered a client of its authentication protocol.
public struct SASLReply: Sendable {
    /// Whether the client is in.
    public let isOK: Bool
    /// The fields of the answer: `user=alice`, `code=temp_fail`, `password_id=7`.
    public let fields: [String]
}

extension DovecotServer {
    /// Authenticates over a socket of Dovecot's own protocol, as Postfix does.
    ///
    /// - Parameters:
    ///   - mechanism: PLAIN, XOAUTH2, OAUTHBEARER, EXTERNAL (with a client certificate that Dovecot has verified),
    ///     CRAM-MD5, SCRAM-SHA-1 or SCRAM-SHA-256; `auth_mechanisms` has to name it.
    ///   - secret: The password, or the token.
    ///   - authorizationID: With PLAIN: as whom to log in, if not as the user.
    ///   - service: What the client serves; Postfix says `smtp`.
    public func authenticate(
        _ mechanism: String, user: String, secret: String = "", as authorizationID: String = "",
        from address: String = "203.0.113.5", service: String = "imap"
    ) async throws -> SASLReply {
        let socket = authenticationSocket
        let arguments = [socket, mechanism, user, secret, authorizationID, address, service]
        let result = try await offPool {
            try Command.run(["/usr/bin/python3", "-c", SASLClient.script] + arguments)
        }
        guard result.status == 0 else { throw DovecotError("\(mechanism): \(result.output)") }
        let words = result.output.split(whereSeparator: { $0 == "\t" || $0 == "\n" }).map(String.init)
        return SASLReply(isOK: words.first == "OK", fields: Array(words.dropFirst(2)))
    }
}
