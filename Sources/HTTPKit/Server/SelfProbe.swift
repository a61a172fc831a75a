internal import NIOCore

/// Asks a server for one of its pages as a client would, and looks at the first line of the answer.
final class SelfProbe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let success = "HTTP/1.1 200"

    private let path: String
    /// Whether the answer was 200; succeeds however the connection ends.
    private let answered: EventLoopPromise<Bool>
    private var received: [UInt8] = []

    /// Prepares a question.
    ///
    /// - Parameter path: A route that is open to everybody and answers GET.
    init(path: String, answered: EventLoopPromise<Bool>) { (self.path, self.answered) = (path, answered) }

    func channelActive(context: ChannelHandlerContext) {
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView.prefix(Self.success.utf8.count - received.count)
        guard received.count >= Self.success.utf8.count else { return }
        answered.succeed(received.elementsEqual(Self.success.utf8))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { answered.succeed(false) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answered.succeed(false)
        context.close(promise: nil)
    }
}
