internal import CPCRE2

extension CalloutCondition {
    /// Whether the condition holds where the match stands.
    func holds(in block: UnsafePointer<pcre2_callout_block_8>) -> Bool {
        func capture(_ group: Int) -> Range<Int>? {
            guard unsafe group < Int(block.pointee.capture_top) else { return nil }
            let start = unsafe block.pointee.offset_vector[2 * group]
            let end = unsafe block.pointee.offset_vector[2 * group + 1]
            return start < 0 || end < start ? nil : start..<end  // PCRE2_UNSET is -1
        }
        let position = unsafe block.pointee.current_position
        switch self {
        case .reaches(let group, let start):
            guard let captured = capture(group), let start = capture(start) else { return false }
            return captured.upperBound >= start.lowerBound
        case .equals(let group, let start, let folding):
            guard let captured = capture(group), let start = capture(start), start.lowerBound <= position else {
                return false
            }
            let subject = unsafe UnsafeBufferPointer(
                start: block.pointee.subject, count: block.pointee.subject_length)
            let one = unsafe String(decoding: subject[captured], as: UTF8.self).unicodeScalars
            let other = unsafe String(decoding: subject[start.lowerBound..<position], as: UTF8.self).unicodeScalars
            switch folding {
            case .none: return one.elementsEqual(other)
            case .ascii:
                return one.elementsEqual(other) { PythonCase.lowerASCII($0.value) == PythonCase.lowerASCII($1.value) }
            case .unicode: return one.elementsEqual(other) { PythonCase.lower($0.value) == PythonCase.lower($1.value) }
            }
        }
    }
}
