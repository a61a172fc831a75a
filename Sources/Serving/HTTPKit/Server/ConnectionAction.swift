internal import NIOHTTP1

/// What a ``ConnectionMachine`` wants done.
enum ConnectionAction {
    /// Whose turn it is.
    enum Turn {
        case client
        case server
    }

    /// A request begins: judge it, and tell by `judged`.
    case judge(HTTPRequestHead)
    /// A request begins that never came to a head: an answer to it follows.
    case begin
    /// An admitted request takes its place among those in flight.
    case enter(Route.Load)
    /// It leaves its place and came to no handler.
    case leave(Route.Load)
    /// From now on it is somebody's turn, for so long; then tell `deadlineReached`. Replaces the one before.
    case wait(for: Duration, Turn)
    /// Send `100 Continue`.
    case sendInterimAnswer
    /// Run the handler of the request that `takeRequest` gives, and tell its answer by `answered` with this number; or tell
    /// `notStarted`. The place among those in flight is the handler's now.
    case serve(number: Int)
    /// Cancel that handler: nobody waits for it any more.
    case cancelHandler
    /// Send an answer, and tell `written` when the socket has taken it or never will.
    case send(HTTPResponse, ResponseEncoder.ConnectionField, omitsBody: Bool)
    /// The request that began last is over: tell observers.
    case finish(status: Int, afterSending: (@Sendable () -> Void)?)
    /// An answer came too late to be sent.
    case discard(HTTPResponse)
    /// Read from the client.
    case read
    /// Send the client the end of the stream, and go on reading.
    case closeOutput
    /// Close now.
    case close
}
