import Foundation

/// Removes credentials from text that may reach a log.
package enum Redaction {
  /// `text` with the user information of URLs and the values of secret query parameters replaced by `***`.
  package static func redact(_ text: String) -> String {
    let rules = [
      (#"([A-Za-z][A-Za-z0-9+.\-]*://)[^/\s?#]*@"#, "$1***@"),
      (
        #"((?:^|[?&;/])(?:user|usr|username|pass|password|passwd|pwd|token|access_token|auth|key|api_?key|secret"#
          + #"|sig|signature|streamid|passphrase)=)[^&;#\s]*"#, "$1***"
      ),
    ]
    guard text.contains("://") || text.contains("=") else { return text }
    return rules.reduce(text) { text, rule in
      text.replacingOccurrences(of: rule.0, with: rule.1, options: [.regularExpression, .caseInsensitive])
    }
  }
}
