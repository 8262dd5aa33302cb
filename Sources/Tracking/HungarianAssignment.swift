/// Assigns rows to columns so that the sum of costs is smallest (the assignment problem), where it may be better to
/// leave a row or a column alone.
///
/// Shortest augmenting paths with potentials (Kuhn 1955, Jonker and Volgenant 1987), O(n² · m) for n ≤ m.
package enum HungarianAssignment {
  /// The column of each row, or `nil` where the row is left alone.
  ///
  /// - Parameters:
  ///   - costs: `rows` × `columns` costs, row by row.
  ///   - limit: What leaving a row alone costs: pairs with this cost or more, or with a cost that is not a number, are
  ///     never made, and none is made that spoils better ones by more than it is worth.
  package static func columns(costs: [Double], rows: Int, columns: Int, limit: Double) -> [Int?] {
    precondition(costs.count == rows * columns, "costs are not rows × columns")
    guard rows > 0, columns > 0 else { return [Int?](repeating: nil, count: rows) }
    func cost(_ row: Int, _ column: Int) -> Double {
      let cost = costs[row * columns + column]
      return cost < limit ? cost : limit
    }
    // A row left alone takes any column at the limit's cost: there are enough of them where rows ≤ columns.
    guard rows <= columns else {
      let rowOfColumn = solve(rows: columns, columns: rows) { cost($1, $0) }
      var result = [Int?](repeating: nil, count: rows)
      for (column, row) in rowOfColumn.enumerated() where cost(row, column) < limit { result[row] = column }
      return result
    }
    return solve(rows: rows, columns: columns, cost: cost).enumerated().map { cost($0, $1) < limit ? $1 : nil }
  }

  /// The column of each row, for rows ≤ columns; every row gets one.
  private static func solve(rows: Int, columns: Int, cost: (Int, Int) -> Double) -> [Int] {
    // Column 0 and row 0 are a place outside the matrix, where each augmenting path begins.
    var rowPotential = [Double](repeating: 0, count: rows + 1)
    var columnPotential = [Double](repeating: 0, count: columns + 1)
    var rowOfColumn = [Int](repeating: 0, count: columns + 1)
    var previous = [Int](repeating: 0, count: columns + 1)
    for row in 1...rows {
      rowOfColumn[0] = row
      var column = 0
      var smallest = [Double](repeating: .infinity, count: columns + 1)
      var isVisited = [Bool](repeating: false, count: columns + 1)
      repeat {
        isVisited[column] = true
        let from = rowOfColumn[column]
        var step = Double.infinity
        var next = 0
        for candidate in 1...columns where !isVisited[candidate] {
          let reduced = cost(from - 1, candidate - 1) - rowPotential[from] - columnPotential[candidate]
          if reduced < smallest[candidate] {
            smallest[candidate] = reduced
            previous[candidate] = column
          }
          if smallest[candidate] < step {
            step = smallest[candidate]
            next = candidate
          }
        }
        for candidate in 0...columns {
          if isVisited[candidate] {
            rowPotential[rowOfColumn[candidate]] += step
            columnPotential[candidate] -= step
          } else {
            smallest[candidate] -= step
          }
        }
        column = next
      } while rowOfColumn[column] != 0
      repeat {
        rowOfColumn[column] = rowOfColumn[previous[column]]
        column = previous[column]
      } while column != 0
    }
    var columnOfRow = [Int](repeating: 0, count: rows)
    for column in 1...columns where rowOfColumn[column] != 0 { columnOfRow[rowOfColumn[column] - 1] = column - 1 }
    return columnOfRow
  }
}
