import AuditCore
import NIOCore
import NIOEmbedded
import Testing

@testable import RedisClient

struct RedisConnectionTests {
    /// Goes on handing in what comes although the connection is being closed, as TLS does until the other side has said goodbye.
    private final class SlowToClose: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            promise?.succeed()
        }
    }

    @Test func `of what comes after the connection was given up nothing is kept`() throws {
        let channel = EmbeddedChannel()
        let connection = RedisConnection(
            to: .tcp(host: "127.0.0.1", port: 1), on: channel.eventLoop, patience: .seconds(1))
        try channel.pipeline.syncOperations.addHandlers([SlowToClose(), connection])
        let reply = connection.send([RedisCommand("PING")])
        try channel.writeInbound(ByteBuffer(string: "$40000\r\nbeginning"))
        #expect(connection.reader.isWithin)
        connection.fail(RedisFailure(.unreachable, "done"))
        #expect(!connection.isOpen && !connection.reader.isWithin)
        for _ in 0..<1000 { try channel.writeInbound(ByteBuffer(string: "$60000\r\nmore and more")) }
        #expect(!connection.reader.isWithin)
        #expect(throws: RedisFailure.self) { try reply.wait() }
        _ = try channel.finish(acceptAlreadyClosed: true)
    }
}
