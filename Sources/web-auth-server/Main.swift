import WebAuth

@main
struct Main {
    static func main() async {
        await WebAuthCommand.runAndExit()
    }
}
