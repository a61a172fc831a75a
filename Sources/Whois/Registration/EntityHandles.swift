/// Handles of a network's entities in the order in which they were read, each once; as many as an answer has room for.
struct EntityHandles {
    /// The handles, trimmed.
    private(set) var list: [String] = []
    private var seen: Set<String> = []

    /// Adds a handle, unless it is empty or known already.
    mutating func add(_ text: some StringProtocol) {
        guard let handle = ForeignText.value(text), seen.insert(handle).inserted else { return }
        list.append(handle)
    }
}
