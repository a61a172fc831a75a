internal import AppPasswordCore
internal import AuditCore
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Makes connections to the server that takes changes.
struct RedisConnector: Sendable {
    /// Makes who says what addresses a name has, for one connection; nil stands for the system.
    typealias ResolverMaker = @Sendable (any EventLoop) -> any Resolver & Sendable

    private let configuration: RedisClient.Configuration
    private let tls: Result<NIOSSLContext?, RedisFailure>
    private let resolver: ResolverMaker?

    /// Reads the certificates, if there are any.
    init(_ configuration: RedisClient.Configuration, resolver: ResolverMaker? = nil) {
        (self.configuration, self.resolver) = (configuration, resolver)
        do {
            tls = .success(try configuration.tls.map { try Self.context($0) })
        } catch {
            tls = .failure(
                RedisFailure(.unreadable, "the certificates cannot be used: \(RedisFailure(error).error.detail)"))
        }
    }

    /// Finds the server, connects and logs in.
    func connect(
        on loop: any EventLoop, pushed: (@Sendable (RedisReply) -> Void)? = nil
    ) -> EventLoopFuture<RedisConnection> {
        if let name = configuration.sentinel {
            return primary(name, on: loop).flatMap { server in
                open(server, on: loop, with: configuration.credentials, mustBePrimary: true, pushed: pushed)
            }
        }
        return first(of: configuration.servers[...], on: loop, pushed: pushed)
    }

    /// The first of several servers that takes changes.
    private func first(
        of servers: ArraySlice<RedisAddress>, on loop: any EventLoop, pushed: (@Sendable (RedisReply) -> Void)?
    ) -> EventLoopFuture<RedisConnection> {
        guard let server = servers.first else { return loop.makeFailedFuture(RedisFailure(.notConfigured)) }
        let isOne = configuration.servers.count == 1
        let opened = open(
            server, on: loop, with: configuration.credentials, mustBePrimary: !isOne, pushed: pushed)
        guard servers.count > 1 else { return opened }
        return opened.flatMapError { _ in first(of: servers.dropFirst(), on: loop, pushed: pushed) }
    }

    /// Asks all sentinels at once.
    private func primary(_ name: String, on loop: any EventLoop) -> EventLoopFuture<RedisAddress> {
        guard !configuration.servers.isEmpty else { return loop.makeFailedFuture(RedisFailure(.notConfigured)) }
        let found = loop.makePromise(of: RedisAddress.self)
        let votes = NIOLoopBoundBox(SentinelVotes(of: configuration.servers.count), eventLoop: loop)
        for sentinel in configuration.servers {
            ask(sentinel, name, on: loop).whenComplete { answer in
                votes.value.take(try? answer.get())
                if let server = votes.value.majority {
                    found.succeed(server)
                } else if votes.value.isComplete {
                    found.fail(RedisFailure(.unreachable, "of the sentinels too few say where \(name.visible()) is"))
                }
            }
        }
        return found.futureResult
    }

    private func ask(_ sentinel: RedisAddress, _ name: String, on loop: any EventLoop) -> EventLoopFuture<RedisAddress>
    {
        open(sentinel, on: loop, with: configuration.sentinelCredentials, mustBePrimary: false, pushed: nil)
            .flatMap { connection in
                let answer = connection.send([RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)])
                answer.whenComplete { _ in connection.fail(RedisFailure(.unreachable, "done")) }
                return answer
            }.flatMapThrowing { replies in
                guard let server = replies.first.flatMap({ RedisAddress($0) }) else {
                    throw RedisFailure(.unreachable, "a sentinel does not know where \(name.visible()) is")
                }
                return server
            }
    }

    /// Connects and logs in.
    ///
    /// - Parameter mustBePrimary: Whether it has to be one that takes changes. One that does not let us ask is believed to.
    private func open(
        _ server: RedisAddress, on loop: any EventLoop, with credentials: RedisClient.Credentials, mustBePrimary: Bool,
        pushed: (@Sendable (RedisReply) -> Void)?
    ) -> EventLoopFuture<RedisConnection> {
        let context: NIOSSLContext?
        do { context = try tls.get() } catch { return loop.makeFailedFuture(error) }
        // Each address of a name that is tried is a channel of its own, and so a connection of its own: those that lose the
        // race are closed.
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(TimeAmount(configuration.patience))
            .resolver(resolver?(loop))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { [patience = configuration.patience] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context, case .tcp(let host, _) = server {
                        // Of an address it is the address that the certificate has to be for.
                        let name = IPAddress(host) == nil ? host : nil
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: name))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        RedisConnection(to: server, on: loop, patience: patience, pushed: pushed))
                }
            }
        let connected =
            switch server {
            case .tcp(let host, let port): bootstrap.connect(host: host, port: Int(port))
            case .socket(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        var greeting = credentials.greeting
        if mustBePrimary { greeting.append(RedisCommand("ROLE")) }
        let commands = greeting
        return connected.flatMapThrowing { channel in
            try channel.pipeline.syncOperations.handler(type: RedisConnection.self)
        }.flatMap { connection in
            (commands.isEmpty ? loop.makeSucceededFuture([]) : connection.send(commands)).flatMapThrowing { replies in
                if case .error(let word) = replies.first, !credentials.greeting.isEmpty {
                    throw RedisFailure(.unreachable, word)
                }
                if mustBePrimary, let role = replies.last?.elements?.first?.content, role != Array("master".utf8) {
                    throw RedisFailure(.unreachable, "\(server) is no primary")
                }
                return connection
            }.flatMapErrorThrowing { error in
                connection.fail(RedisFailure(error))
                throw error
            }
        }
    }

    private static func context(_ tls: RedisClient.TLS) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authority = tls.authority { configuration.trustRoots = .file(authority) }
        if let certificate = tls.certificate, let key = tls.key {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

extension RedisClient.Credentials {
    /// How to log in; nothing if there is no password.
    fileprivate var greeting: [RedisCommand] {
        guard !password.revealed.isEmpty else { return [] }
        return [user.isEmpty ? RedisCommand("AUTH", password.revealed) : RedisCommand("AUTH", user, password.revealed)]
    }
}
