internal import NIOCore
internal import NIOHTTP1

/// NIO's parser of requests, with the bounds of a connection.
enum RequestParser {
    /// What an error of the parser means.
    enum Fault {
        /// No request can be made of the bytes.
        case problem(RequestHead.Problem)
        /// There is more after such bytes, or after a request that said it was the last.
        case repetition

        /// - Returns: nil for an error that is none of the parser's.
        init?(_ error: any Error) {
            switch error {
            case HTTPParserError.closedConnection: self = .repetition
            case HTTPParserError.headerOverflow, is ByteToMessageDecoderError.PayloadTooLargeError:
                self = .problem(RequestHead.Problem(431))
            case HTTPParserError.invalidVersion: self = .problem(RequestHead.Problem(505))
            case is HTTPParserError: self = .problem(RequestHead.Problem(400))
            case is ByteToMessageDecoderError: self = .repetition
            default: return nil
            }
        }
    }

    static func handler(_ limits: HTTPLimits) -> ByteToMessageHandler<HTTPRequestDecoder> {
        var bounds = NIOHTTPDecoderLimitConfiguration()
        bounds.maxHeaderFieldSize = limits.maxHeadBytes
        bounds.maxHeaderListSize = limits.maxHeadBytes
        bounds.maxHeaderFieldCount = limits.maxFields
        // The parser does not count the blanks before a value; they stay in its buffer.
        return ByteToMessageHandler(
            HTTPRequestDecoder(limitConfiguration: bounds), maximumBufferSize: limits.maxHeadBytes + 1024)
    }
}
