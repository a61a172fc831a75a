internal import CPCRE2
import Synchronization

/// A pattern compiled by PCRE2, which frees it with this object.
///
/// `@unchecked Sendable`: the code is written only by `init` and ``compileJIT()``, which run before the pattern is
/// shared; matching only reads it (pcre2api(3), multithreading).
@safe final class CompiledPattern: @unchecked Sendable {
    enum Outcome: Equatable {
        case match
        case noMatch
        /// Given up; with what PCRE2 says of it.
        case limit(String)
    }

    private let code: OpaquePointer
    private let conditions: [CalloutCondition]
    /// Whether this pattern was reported to have hit a limit.
    private let wasReported = Atomic<Bool>(false)

    /// Compiles a translated pattern.
    ///
    /// - Throws: If it is larger than PCRE2 can hold.
    init(_ pattern: PCRE2Pattern, context: CompileContext) throws(PatternSyntaxError) {
        var status: Int32 = 0
        var offset = 0
        let options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOTALL | PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C
        let compiled = unsafe pcre2_compile_8(
            pattern.text, pattern.text.count, options, &status, &offset, context.pointer)
        guard let compiled = unsafe compiled else {
            throw PatternSyntaxError("the pattern is too large for PCRE2: \(Self.message(status))")
        }
        unsafe code = compiled
        conditions = pattern.conditions
    }

    deinit { unsafe pcre2_code_free_8(code) }

    /// Translates the code to machine code, if this machine's PCRE2 can; it works without.
    ///
    /// Not for patterns with callouts: those stay with the interpreter.
    func compileJIT() {
        if conditions.isEmpty { _ = unsafe pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) }
    }

    /// Bytes of code, machine code included.
    var size: Int {
        var code = 0
        var machineCode = 0
        unsafe pcre2_pattern_info_8(self.code, UInt32(PCRE2_INFO_SIZE), &code)
        unsafe pcre2_pattern_info_8(self.code, UInt32(PCRE2_INFO_JITSIZE), &machineCode)
        return code + machineCode
    }

    /// Matches from the start of the text.
    ///
    /// - Parameter text: Valid UTF-8, as the bytes of every Swift string are.
    func match(_ text: UnsafeBufferPointer<UInt8>, in workspace: MatchWorkspace) -> Outcome {
        guard conditions.isEmpty else {
            unsafe pcre2_set_callout_8(
                workspace.context,
                { block, pattern in
                    guard let block = unsafe block, let pattern = unsafe pattern else { return 1 }
                    let conditions = unsafe Unmanaged<CompiledPattern>.fromOpaque(pattern).takeUnretainedValue()
                        .conditions
                    return unsafe conditions[Int(block.pointee.callout_number) - 1].holds(in: block) ? 0 : 1
                }, Unmanaged.passUnretained(self).toOpaque())
            defer { unsafe _ = pcre2_set_callout_8(workspace.context, nil, nil) }
            return unsafe match(text, in: workspace, options: 0)
        }
        let outcome = unsafe match(text, in: workspace, options: 0)
        // The stack of the JIT compiler's code is small; the interpreter has the heap.
        if case .limit = outcome, workspace.lastStatus == PCRE2_ERROR_JIT_STACKLIMIT {
            return unsafe match(text, in: workspace, options: PCRE2_NO_JIT)
        }
        return outcome
    }

    private func match(_ text: UnsafeBufferPointer<UInt8>, in workspace: MatchWorkspace, options: UInt32) -> Outcome {
        // An empty buffer may have no address, which PCRE2 refuses.
        var nothing: UInt8 = 0
        let status = unsafe withUnsafePointer(to: &nothing) { nothing in
            unsafe pcre2_match_8(
                code, text.baseAddress ?? nothing, text.count, 0, options | PCRE2_NO_UTF_CHECK, workspace.data,
                workspace.context)
        }
        workspace.lastStatus = status
        if status >= 0 { return .match }
        return status == PCRE2_ERROR_NOMATCH ? .noMatch : .limit(Self.message(status))
    }

    /// Whether this is the first time that a limit is reported.
    func shouldReport() -> Bool { !wasReported.exchange(true, ordering: .relaxed) }

    private static func message(_ status: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = unsafe pcre2_get_error_message_8(status, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
    }
}

/// How PCRE2 reads our translations.
@safe final class CompileContext {
    fileprivate let pointer: OpaquePointer?

    init() {
        unsafe pointer = pcre2_compile_context_create_8(nil)
        unsafe pcre2_set_newline_8(pointer, UInt32(PCRE2_NEWLINE_LF))
        // Python's nesting, of which each level becomes up to three of PCRE2's.
        unsafe pcre2_set_parens_nest_limit_8(pointer, UInt32(PatternParser.deepestNesting * 3 + 10))
    }

    deinit { unsafe pcre2_compile_context_free_8(pointer) }
}
