/// A reader of RFC 4180 for tests: rows as dictionaries by column.
struct CSVTable {
  let columns: [String]
  let rows: [[String: String]]

  init(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let fields = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    columns = fields.first ?? []
    let columns = columns
    rows = fields.dropFirst().map { row in
      precondition(row.count == columns.count, "a row has \(row.count) fields instead of \(columns.count)")
      return Dictionary(uniqueKeysWithValues: zip(columns, row))
    }
  }
}
