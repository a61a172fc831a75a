internal import NIOCore

/// Stands between the socket and TLS, to end a connection at once: TLS itself would wait for the client's farewell.
final class TLSTransport: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Closes the socket.
    func close() { context?.close(promise: nil) }
}
