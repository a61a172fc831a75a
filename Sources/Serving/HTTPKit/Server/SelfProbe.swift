internal import NIOCore
internal import NIOTLS

/// Asks a server for one of its pages as a client would, and looks at the first line of the answer. A server that wants a
/// certificate it has none to show: there it is enough that the handshake comes so far.
final class SelfProbe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let success = "HTTP/1.1 200"

    private let path: String
    private let endsWithHandshake: Bool
    private var hasShakenHands = false
    /// Whether the answer was 200; succeeds however the connection ends.
    private let answered: EventLoopPromise<Bool>
    private var received: [UInt8] = []

    /// Prepares a question.
    ///
    /// - Parameters:
    ///   - path: A route that is open to everybody and answers GET.
    ///   - endsWithHandshake: Whether the server will want a certificate, and end the connection for want of one.
    init(path: String, endsWithHandshake: Bool, answered: EventLoopPromise<Bool>) {
        (self.path, self.endsWithHandshake, self.answered) = (path, endsWithHandshake, answered)
    }

    func channelActive(context: ChannelHandlerContext) {
        if endsWithHandshake { return }
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView.prefix(Self.success.utf8.count - received.count)
        guard received.count >= Self.success.utf8.count else { return }
        answered.succeed(received.elementsEqual(Self.success.utf8))
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { hasShakenHands = true }
    }

    func channelInactive(context: ChannelHandlerContext) { answered.succeed(endsWithHandshake && hasShakenHands) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answered.succeed(endsWithHandshake && hasShakenHands)
        context.close(promise: nil)
    }
}
