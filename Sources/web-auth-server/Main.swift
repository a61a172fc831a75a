import Dispatch
import WebAuth

@main
struct Main {
    static func main() {
        WebAuthCommand.requireProc()
        Task { await WebAuthCommand.runAndExit() }
        dispatchMain()
    }
}
