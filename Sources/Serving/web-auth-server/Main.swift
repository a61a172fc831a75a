import WebAuth

@main
struct Main {
    static func main() {
        WebAuthCommand.runAndExit()
    }
}
