internal import NIOCore

/// Writes answers as HTTP/1.1 messages (RFC 9112).
enum ResponseEncoder {
    /// What the Connection field says.
    enum ConnectionField {
        case absent
        case close
        case keepAlive
    }

    /// `HTTP/1.1 100 Continue`, whole.
    static let interimAnswer: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// Writes head and body into one buffer.
    ///
    /// - Parameter omitsBody: For HEAD: the length is told, the body is not sent.
    static func encode(
        _ response: HTTPResponse, connection: ConnectionField, omitsBody: Bool, allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 192 + (omitsBody ? 0 : response.body.count))
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(response.status))
        buffer.writeStaticString(" ")
        buffer.writeString(ReasonPhrase.of(response.status))
        if let contentType = response.contentType { field("Content-Type", contentType, into: &buffer) }
        if response.status != 204 { field("Content-Length", String(response.body.count), into: &buffer) }
        for (name, value) in response.headers { field(name, value, into: &buffer) }
        switch connection {
        case .absent: break
        case .close: buffer.writeStaticString("\r\nConnection: close")
        case .keepAlive: buffer.writeStaticString("\r\nConnection: keep-alive")
        }
        buffer.writeStaticString("\r\n\r\n")
        if !omitsBody && response.status != 204 { buffer.writeBytes(response.body) }
        return buffer
    }

    /// Control characters become blanks, so that no value can end its line.
    private static func field(_ name: String, _ value: String, into buffer: inout ByteBuffer) {
        buffer.writeStaticString("\r\n")
        buffer.writeString(name)
        buffer.writeStaticString(": ")
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
            buffer.writeString(value)
        } else {
            buffer.writeBytes(value.utf8.map { $0 >= 0x20 && $0 != 0x7F ? $0 : 0x20 })
        }
    }
}
