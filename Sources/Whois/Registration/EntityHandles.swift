/// Handles of a network's entities in the order in which they were read, each once.
struct EntityHandles {
    /// How many are kept; real networks have about a dozen.
    static let maxCount = 256

    /// The handles, trimmed.
    private(set) var list: [String] = []
    private var seen: Set<String> = []

    /// Adds a handle, unless it is empty, known already or one too many.
    mutating func add(_ text: some StringProtocol) {
        guard list.count < Self.maxCount, let handle = ForeignText.value(text), seen.insert(handle).inserted else {
            return
        }
        list.append(handle)
    }
}
