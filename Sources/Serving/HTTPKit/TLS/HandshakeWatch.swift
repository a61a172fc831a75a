internal import Logging
internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Stands behind TLS: gives a handshake its time, tells of those that fail, and keeps what is TLS's own from the connection.
final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let core: ServerCore
    private let connection: Connection
    private let deadline: Duration
    private var timer: Scheduled<Void>?
    private var isPending = true

    init(_ core: ServerCore, _ connection: Connection, deadline: Duration) {
        (self.core, self.connection, self.deadline) = (core, connection, deadline)
    }

    func channelActive(context: ChannelHandlerContext) {
        let remote = context.remoteAddress
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(deadline)) {
            self.failed(remote, reason: "no end of the handshake in time")
            self.connection.close()
        }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted: end()
        case is TLSUserEvent: break
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// After a handshake that failed, and after what is no record of TLS, TLS closes the connection itself.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard isPending else {
            // A client that closes without a farewell is none: lengths tell whether something is missing.
            return core.logger.debug("TLS ended", metadata: ["error": "\(error)"])
        }
        // Who leaves in the middle, as a check of the port does, has not failed.
        if case NIOSSLError.handshakeFailed(let reason) = error, reason != .sslError([.eofDuringHandshake]) {
            failed(context.remoteAddress, reason: Self.words(of: reason))
        }
        end()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func end() {
        isPending = false
        timer?.cancel()
        timer = nil
    }

    private func failed(_ remote: SocketAddress?, reason: String) {
        guard isPending else { return }
        end()
        if !core.isOwnQuestion(from: remote) { core.unserved(.handshakeFailed(reason: reason)) }
    }

    /// BoringSSL's own name of what happened: `HTTP_REQUEST` of a text that holds
    /// `SSL routines:OPENSSL_internal:HTTP_REQUEST`, else all of it.
    private static func words(of error: BoringSSLError) -> String {
        let text = "\(error)"
        guard let range = text.firstRange(of: "OPENSSL_internal:") else { return String(text.prefix(200)) }
        let name = text[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return name.lowercased().replacing("_", with: " ")
    }
}
