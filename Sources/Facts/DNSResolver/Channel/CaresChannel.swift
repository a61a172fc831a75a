internal import AuditCore
internal import CAres
internal import Foundation
internal import Glibc

/// A c-ares channel and the one thread that touches it.
///
/// c-ares 1.18 cannot give up a single question: one that nobody waits for any more ends by its own retries.
/// `@unchecked Sendable`: after `init` only the thread uses the channel.
@safe final class CaresChannel: @unchecked Sendable {
    private static let isLibraryReady = ares_library_init(1 << 0) == web_auth_ares_success

    private let channel: OpaquePointer
    private let queue: QuestionQueue
    private var questions: [Question] = []

    /// Sets a channel up.
    ///
    /// - Throws: If the servers are none, or resources are missing.
    init(_ configuration: DNSConfiguration, queue: QuestionQueue) throws(LookupError) {
        guard Self.isLibraryReady else { throw LookupError(.unreachable, detail: "c-ares cannot be set up") }
        guard !configuration.servers.contains(where: \.isEmpty) else {
            throw LookupError(.unreachable, detail: "DNS servers: an empty one")
        }
        var options = unsafe ares_options()
        // No search domains and no $HOSTALIASES.
        unsafe options.flags = 1 << 5 | 1 << 6 | web_auth_ares_mixed_case()
        // After SERVFAIL or REFUSED c-ares asks the next server and forgets which it was; a single one it may quote.
        if configuration.servers.count == 1 { unsafe options.flags |= 1 << 7 }
        // Two tries, the second waiting twice as long as the first, fit into the time for one server.
        unsafe options.timeout = CInt(max(1, min(3_600_000, configuration.timeout / .milliseconds(3))))
        unsafe options.tries = 2
        var opened: ares_channel?
        let freshPorts = unsafe web_auth_ares_fresh_ports(&options)
        let status = unsafe ares_init_options(&opened, &options, 1 << 0 | 1 << 2 | 1 << 13 | freshPorts)
        guard status == web_auth_ares_success, let opened = unsafe opened else {
            throw LookupError(.unreachable, detail: "c-ares: \(Self.text(of: status))")
        }
        if !configuration.servers.isEmpty {
            let status = unsafe ares_set_servers_ports_csv(opened, configuration.servers.joined(separator: ","))
            guard status == web_auth_ares_success else {
                unsafe ares_destroy(opened)
                throw LookupError(.unreachable, detail: "DNS servers: \(Self.text(of: status))")
            }
        }
        unsafe channel = opened
        self.queue = queue
    }

    /// Asks questions until the queue is closed; the thread's body.
    func run() {
        while true {
            queue.quieten()
            guard let fresh = queue.take() else { break }
            for question in fresh { ask(question) }
            wait()
            let now = ContinuousClock.now
            questions.removeAll { question in
                if question.deadline <= now { question.finish(.unavailable(LookupError(.timedOut))) }
                return question.isAnswered
            }
        }
        unsafe ares_destroy(channel)
    }

    /// Hands a question to c-ares, which answers it now or within ``wait()``, exactly once.
    private func ask(_ question: Question) {
        if question.isAnswered { return queue.done() }
        questions.append(question)
        let asked = unsafe Unmanaged.passRetained(Asked(question, queue)).toOpaque()
        unsafe ares_query(channel, question.name.description, 1, question.type.rawValue, CaresChannel.answered, asked)
    }

    /// Waits for sockets, retries, deadlines or the bell, and lets c-ares read and write.
    private func wait() {
        var sockets = [ares_socket_t](repeating: -1, count: 16)
        let mask = unsafe ares_getsock(channel, &sockets, 16)
        var polled = [pollfd(fd: queue.bell, events: Int16(POLLIN), revents: 0)]
        for (index, socket) in sockets.enumerated() {
            var events: Int32 = 0
            if mask & 1 << Int32(index) != 0 { events |= POLLIN }
            if mask & 1 << Int32(index + 16) != 0 { events |= POLLOUT }
            if events != 0 { polled.append(pollfd(fd: socket, events: Int16(events), revents: 0)) }
        }
        let ready = unsafe poll(&polled, nfds_t(polled.count), milliseconds)
        var hasProcessed = false
        if ready > 0 {
            for entry in polled.dropFirst() where entry.revents != 0 {
                let canRead = Int32(entry.revents) & (POLLIN | POLLERR | POLLHUP) != 0
                let canWrite = Int32(entry.revents) & POLLOUT != 0
                unsafe ares_process_fd(channel, canRead ? entry.fd : -1, canWrite ? entry.fd : -1)
                hasProcessed = true
            }
        }
        if !hasProcessed { unsafe ares_process_fd(channel, -1, -1) }
    }

    /// How long to wait: until c-ares wants to try again or a deadline is over; -1 for as long as it takes.
    private var milliseconds: CInt {
        var result: CInt = -1
        var time = timeval()
        if let next = unsafe ares_timeout(channel, nil, &time) {
            result = unsafe CInt(clamping: next.pointee.tv_sec * 1000 + (next.pointee.tv_usec + 999) / 1000)
        }
        if let deadline = questions.map(\.deadline).min() {
            let left = max(0, (deadline - .now) / .milliseconds(1))
            let until = CInt(min(3_600_000, left.rounded(.up)))
            result = result < 0 ? until : min(result, until)
        }
        return result
    }

    /// What c-ares calls with the answer of one question.
    private static let answered: ares_callback = { argument, status, _, bytes, count in
        guard let argument = unsafe argument else { return }
        let asked = unsafe Unmanaged<Asked>.fromOpaque(argument).takeRetainedValue()
        asked.queue.done()
        switch status {
        case web_auth_ares_success, web_auth_ares_enodata, web_auth_ares_enotfound:
            // c-ares takes whatever it does not know for an answer: whether it is one, the message tells.
            let message = unsafe bytes.map { unsafe Array(UnsafeBufferPointer(start: $0, count: Int(count))) } ?? []
            asked.question.finish(.known(message))
        default: asked.question.finish(.unavailable(error(of: status)))
        }
    }

    private static func error(of status: CInt) -> LookupError {
        let code: LookupError.Code =
            switch status {
            case web_auth_ares_etimeout: .timedOut
            case web_auth_ares_eservfail: .serverFailure
            case web_auth_ares_erefused: .refused
            case web_auth_ares_eformerr, web_auth_ares_ebadresp, web_auth_ares_ebadname: .malformed
            default: .unreachable
            }
        return LookupError(code, detail: text(of: status))
    }

    private static func text(of status: CInt) -> String { unsafe String(cString: ares_strerror(status)) }
}

/// What c-ares keeps while it asks.
private final class Asked {
    let question: Question
    let queue: QuestionQueue
    init(_ question: Question, _ queue: QuestionQueue) { (self.question, self.queue) = (question, queue) }
}
