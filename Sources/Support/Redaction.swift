import Foundation

/// Hides credentials in text that may be shown: in logs, errors, side-cars, the web page, metrics and messages.
///
/// Of a URL, scheme, host, port and a plain path stay. User information, query and fragment become `***`; so do, in the
/// path, what follows a `=`, elements that look like random tokens, and the last element of an RTMP URL, which is the
/// stream's key.
package enum Redaction {
  /// Texts that must not be shown.
  private static let secrets = Locked(Set<String>())
  private static let mark = "***"

  /// Hides `secret` in every text from now on. Texts of less than `least` characters are no secrets.
  package static func hide(_ secret: String, least: Int = 4) {
    for form in [secret, secret.removingPercentEncoding ?? ""] where form.count >= least {
      _ = secrets.withLock { $0.insert(form) }
    }
  }

  /// The name of an input or output, which is a URL or a path, as it may be shown. The credentials in it are hidden in
  /// every text from now on.
  package static func shown(_ name: String) -> String {
    guard let url = ShownURL(name[...]) else { return redact(name) }
    url.passwords.forEach { hide($0) }
    // What is short may be a usual word, such as the name of an application.
    url.secrets.forEach { hide($0, least: 8) }
    return withoutSecrets(url.text)
  }

  /// `text`, such as a line of a log, without what ``shown(_:)`` hides in the URLs in it, without hidden secrets, and
  /// without the values of `password=` and the like.
  package static func redact(_ text: String) -> String {
    guard text.contains("://") || text.contains("=") else { return withoutSecrets(text) }
    let hidden = withoutSecrets(text.replacing(#/[A-Za-z][A-Za-z0-9+.\-]*:\/\/[^\n]*/#) { redactURLs(in: $0.output) })
    let names =
      "user|usr|username|pass|password|passwd|pwd|token|access_token|auth|key|api_?key|secret|sig|signature|streamid"
      + "|passphrase"
    return hidden.replacingOccurrences(
      of: #"((?:^|[?&;/\s'"])(?:\#(names))=)(?!\*{3})[^&;#\s]*"#, with: "$1\(mark)",
      options: [.regularExpression, .caseInsensitive])
  }

  /// Redacts the URL at the beginning of a line, and those that follow in it.
  private static func redactURLs(in line: Substring) -> String {
    var end = line.firstIndex { $0.isWhitespace || "'\"".contains($0) } ?? line.endIndex
    // User information that is not encoded may hold white space.
    let next = line[end...].firstRange(of: "://")?.lowerBound ?? line.endIndex
    if !line[..<end].contains("@"), ShownURL(line[..<end])?.hasPlainHost == false,
      let at = line[end..<next].lastIndex(of: "@")
    {
      end = line[at...].firstIndex { $0.isWhitespace || "'\"".contains($0) } ?? line.endIndex
    }
    var url = line[..<end]
    while let last = url.last, ":,.;)".contains(last) { url.removeLast() }
    return (ShownURL(url)?.text ?? mark) + redact(String(line[url.endIndex...]))
  }

  private static func withoutSecrets(_ text: String) -> String {
    // The longest first, so that one that contains another is removed whole.
    secrets.value.sorted { $0.count > $1.count }.reduce(text) { $0.replacingOccurrences(of: $1, with: mark) }
  }

  /// What of a URL may be shown.
  private struct ShownURL {
    let text: String
    /// What must not be shown anywhere else, either.
    private(set) var passwords: [String] = []
    private(set) var secrets: [String] = []
    /// Whether what should be host and port can be that.
    private(set) var hasPlainHost = true

    init?(_ url: Substring) {
      guard let (start, scheme) = url.prefixMatch(of: #/([A-Za-z][A-Za-z0-9+.\-]*):\/\//#)?.output else { return nil }
      guard scheme.lowercased() != "file" else {
        text = String(url)
        return
      }
      let rest = url[start.endIndex...]
      let pathStart = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
      let at = rest[..<pathStart].lastIndex(of: "@")
      let host = rest[(at.map(rest.index(after:)) ?? rest.startIndex)..<pathStart]
      hasPlainHost = host.wholeMatch(of: #/([\w.\-%]*|\[[0-9A-Fa-f:.%\w]*\])(:[0-9]*)?/#) != nil
      // With a later @, nobody can tell where the credentials end.
      let lastAt = rest.lastIndex(of: "@")
      if let lastAt {
        let user = rest[..<lastAt]
        secrets = [String(user)]
        let password = String(user.drop { $0 != ":" }.dropFirst())
        // Without an @ where it belongs, it may be a port and a path.
        if at == nil, hasPlainHost { secrets.append(password) } else { passwords.append(password) }
      }
      guard hasPlainHost, lastAt == at else {
        text = start + Redaction.mark
        return
      }
      let pathEnd = rest[pathStart...].firstIndex { "?#".contains($0) } ?? rest.endIndex
      var elements = rest[pathStart..<pathEnd].split(separator: "/", omittingEmptySubsequences: false).map(Self.shown)
      if scheme.lowercased().hasPrefix("rtmp"), let last = elements.lastIndex(where: { !$0.isEmpty }) {
        secrets.append(String(rest[pathStart..<pathEnd].split(separator: "/").last ?? ""))
        elements[last] = Redaction.mark
      }
      for field in rest[pathEnd...].dropFirst().split(separator: "&") {
        if let match = field.wholeMatch(of: Self.secretField) { secrets.append(String(match.output.1)) }
      }
      text =
        start + (at == nil ? "" : "\(Redaction.mark)@") + host + elements.joined(separator: "/")
        + (pathEnd == rest.endIndex ? "" : "\(rest[pathEnd])\(Redaction.mark)")
    }

    private static var secretField: Regex<(Substring, Substring)> {
      #/(?i)[^=]*(?:pass|pwd|token|auth|key|secret|sig|user|login|streamid|credential)[^=]*=(.*)/#
    }

    /// An element of a path without what may be secret in it.
    private static func shown(_ element: Substring) -> String {
      if let sign = element.firstIndex(of: "=") { return element[...sign] + Redaction.mark }
      return isToken(element) ? Redaction.mark : String(element)
    }

    /// Whether an element of a path looks random: a UUID, or 16 and more letters and digits that change about.
    private static func isToken(_ element: Substring) -> Bool {
      if element.contains(#/[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/#) { return true }
      return element.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.contains { word in
        word.count >= 16 && zip(word, word.dropFirst()).count { $0.isNumber != $1.isNumber } >= 2
      }
    }
  }
}
