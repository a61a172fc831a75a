import AppPasswordCore
import HTTPKit
import Settings
import StrictJSON

extension LoginOutcome {
    /// `{"status":"success","password_id":7}`, and its code.
    func response(_ row: LoginRow) -> HTTPResponse {
        .json(
            row.answer.rawValue,
            JSONText { object in
                object.member("status", row.status)
                if case .success(let id?) = self { object.member("password_id", Int(id)) }
            })
    }
}

extension AnswerChoices {
    /// What the settings choose.
    ///
    /// - Parameter isVerified: Whether another passdb has verified the password (`skip_password_check`).
    init(_ audit: Settings.Audit, isVerified: Bool = false) {
        let unwelcome: PassdbOutcome =
            switch audit.resultBlock {
            case .disabled: .userDisabled
            case .expired: .expired
            case .mismatch: .mismatch
            }
        let goesOn: PassdbOutcome =
            switch audit.resultSuccess {
            case .next: .next
            case .unknown: .userUnknown
            case .ok: isVerified ? .ok : .userUnknown
            }
        self.init(unwelcome: unwelcome, goesOn: goesOn)
    }
}
