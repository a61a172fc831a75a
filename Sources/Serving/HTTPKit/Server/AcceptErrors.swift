internal import NIOCore

/// Tells of connections that could not be accepted, for want of file descriptors say.
final class AcceptErrors: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let core: ServerCore

    init(_ core: ServerCore) { self.core = core }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What a child's preparation threw was told where it was thrown.
        if !(error is HTTPServerError) { core.unserved(.notPrepared(reason: "\(error)")) }
    }
}
