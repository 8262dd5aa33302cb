/// Scheme, host and port of a URL that libav opens.
package struct StreamAddress {
  /// In lower case, such as `rtsp`.
  package let scheme: String
  /// A name or address; empty where there is none.
  package let host: String
  /// What is written after the host's colon.
  package let port: String?

  /// `nil` for a text that is no URL.
  package init?(_ text: String) {
    guard let mark = text.firstRange(of: "://") else { return nil }
    let scheme = text[..<mark.lowerBound].lowercased()
    guard scheme.wholeMatch(of: #/[\p{L}\p{N}+.\-]+/#) != nil else { return nil }
    let authority = text[mark.upperBound...].prefix { !"/?#".contains($0) }
    let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    let colon = place.lastIndex { ":]".contains($0) }.flatMap { place[$0] == ":" ? $0 : nil }
    self.scheme = scheme
    host = String(place[..<(colon ?? place.endIndex)])
    port = colon.map { String(place[place.index(after: $0)...]) }
  }

  /// Whether libav opens it with TLS.
  package var isEncrypted: Bool { ["https", "rtmps", "rtmpts", "rtsps", "tls"].contains(scheme) }

  /// Whether it waits for others, or sends to a group: then there need be no host.
  private var mayLackHost: Bool { ["srt", "udp", "rtp", "tcp", "file"].contains(scheme) }

  /// What is wrong with host and port, without the text itself, which may be part of a password; `nil` if nothing is.
  package var problem: String? {
    if let port, !port.isEmpty {
      guard port.allSatisfy({ $0.isASCII && $0.isNumber }) else {
        return "has no number as its port (#, / and ? in a password have to be percent-encoded)"
      }
      guard let number = Int(port), (1...65535).contains(number) else {
        return "has port \(port), not one of 1 to 65535"
      }
    }
    return host.isEmpty && !mayLackHost ? "names no host" : nil
  }
}
