/// News that a user is to see while a run goes on: a step that takes minutes, something that is done another way than asked.
package enum Notice {
  /// Who shows it.
  package static let handler = Locked<(@Sendable (String) -> Void)?>(nil)
  private static let sent = Locked<Set<String>>([])

  /// Shows a line.
  package static func send(_ text: String) { handler.value?(text) }

  /// Shows a line unless it was shown before.
  package static func sendOnce(_ text: String) {
    let isNew = sent.withLock { sent in
      if sent.count >= 1000 { sent.removeAll() }
      return sent.insert(text).inserted
    }
    if isNew { send(text) }
  }
}
