import Foundation

/// Removes credentials from text that may reach a log.
package enum Redaction {
  private static let secrets = SecretList()

  /// Also removes `secret` from every text from now on. Texts shorter than four characters are no secrets.
  package static func hide(_ secret: String) {
    if secret.count >= 4 { secrets.add(secret) }
  }

  /// `text` with the user information of URLs and the values of secret query parameters replaced by `***`.
  package static func redact(_ text: String) -> String {
    let rules = [
      (#"([A-Za-z][A-Za-z0-9+.\-]*://)[^/\s?#]*@"#, "$1***@"),
      (
        #"((?:^|[?&;/])(?:user|usr|username|pass|password|passwd|pwd|token|access_token|auth|key|api_?key|secret"#
          + #"|sig|signature|streamid|passphrase)=)[^&;#\s]*"#, "$1***"
      ),
    ]
    let text = secrets.all.reduce(text) { $0.replacingOccurrences(of: $1, with: "***") }
    guard text.contains("://") || text.contains("=") else { return text }
    return rules.reduce(text) { text, rule in
      text.replacingOccurrences(of: rule.0, with: rule.1, options: [.regularExpression, .caseInsensitive])
    }
  }
}
