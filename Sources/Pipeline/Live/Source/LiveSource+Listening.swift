extension LiveSource {
  /// Whether it waits until a sender connects: SRT in mode `listener`, `listen` of TCP, RTMP and HTTP.
  public var isListener: Bool {
    guard kind == .network else { return false }
    // RTMP and HTTP are told by options only: what their URLs ask for is the server's.
    let ownsQuery = ["srt", "tcp"].contains(input.prefix { $0 != ":" }.lowercased())
    let wanted = (ownsQuery ? query : [:]).merging(options) { $1 }
    return wanted["mode"] == "listener" || wanted["listen"].map { $0 != "0" } ?? false
  }

  private var query: [String: String] {
    let fields = input.drop { $0 != "?" }.dropFirst().split(separator: "&")
    return Dictionary(
      fields.map { field in
        let name = field.prefix { $0 != "=" }
        return (String(name), String(field.dropFirst(name.count + 1)))
      }
    ) { $1 }
  }
}
