import Locks

/// One admitted request on its way through its handler.
final class Call: Sendable {
    private enum State: Sendable {
        case waiting
        case running(RunningTask)
        case cancelled
        case ended
    }

    /// A task that is running right now.
    ///
    /// `@unchecked Sendable`: of an `UnsafeCurrentTask` only `cancel()` is used, which other tasks may call as long as
    /// the closure that lends it runs; ``Call/state`` is locked while it is called and left before the closure ends.
    private struct RunningTask: @unchecked Sendable {
        let task: UnsafeCurrentTask
    }

    private let state = Mutex(State.waiting)
    private let request: HTTPRequest
    private let handler: Route.Handler
    private let answer: @Sendable (HTTPResponse) -> Void

    /// - Parameter answer: Gets the handler's answer, once, on the handler's thread.
    init(_ request: HTTPRequest, _ handler: @escaping Route.Handler, answer: @escaping @Sendable (HTTPResponse) -> Void)
    {
        self.request = request
        self.handler = handler
        self.answer = answer
    }

    /// Runs the handler in the task at hand and hands on its answer.
    func run() async {
        let response = await withUnsafeCurrentTask { task in
            if let task {
                let running = RunningTask(task: task)
                let isCancelled = state.withLock { state in
                    if case .cancelled = state { return true }
                    state = .running(running)
                    return false
                }
                if isCancelled { task.cancel() }
            }
            let response = await handler(request)
            state.withLock { $0 = .ended }
            return response
        }
        answer(response)
    }

    /// Cancels the handler's task, now or when it starts.
    func cancel() {
        state.withLock { state in
            switch state {
            case .waiting: state = .cancelled
            case .running(let running): running.task.cancel()
            case .cancelled, .ended: break
            }
        }
    }
}
