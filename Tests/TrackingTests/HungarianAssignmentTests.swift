import TestSupport
import Testing
import Tracking

struct HungarianAssignmentTests {
  func best(_ costs: [[Double]], limit: Double = 100) -> [Int?] {
    HungarianAssignment.columns(
      costs: costs.flatMap { $0 }, rows: costs.count, columns: costs.first?.count ?? 0, limit: limit)
  }

  @Test func `The sum is smallest, not each row's cost`() {
    #expect(best([[1, 2], [2, 9]]) == [1, 0])
    #expect(best([[4, 1, 3], [2, 0, 5], [3, 2, 2]]) == [1, 0, 2])
  }

  @Test func `Rows and columns may differ in number`() {
    #expect(best([[5, 1, 9]]) == [1])
    #expect(best([[5], [1], [9]]) == [nil, 0, nil])
    #expect(best([]) == [])
    #expect(HungarianAssignment.columns(costs: [], rows: 2, columns: 0, limit: 1) == [nil, nil])
  }

  @Test func `Pairs at the limit are not made, nor those that are no numbers`() {
    #expect(best([[1, 2], [2, 1]], limit: 1) == [nil, nil])
    #expect(best([[.nan, 2], [.infinity, .nan]], limit: 3) == [1, nil])
  }

  @Test func `A row is left alone where its only pair would spoil a better one`() {
    // Both rows want column 0; making two pairs would cost 1.4, one pair and a row left alone 0.85.
    #expect(best([[0.1, 0.7], [0.7, 0.9]], limit: 0.75) == [0, nil])
  }

  @Test func `It finds what trying all permutations finds`() {
    var random = SeededRandom(seed: 7)
    for _ in 0..<200 {
      let rows = Int.random(in: 1...5, using: &random)
      let columns = Int.random(in: 1...5, using: &random)
      let costs = (0..<rows).map { _ in (0..<columns).map { _ in random.number(0...1) } }
      let limit = 0.6
      let assignment = best(costs, limit: limit)
      #expect(Set(assignment.compactMap { $0 }).count == assignment.compactMap { $0 }.count)
      #expect(abs(sum(assignment, costs, limit) - smallest(costs, limit, row: 0, used: [])) < 1e-9)
    }
  }

  func sum(_ assignment: [Int?], _ costs: [[Double]], _ limit: Double) -> Double {
    zip(assignment, costs).map { column, costs in column.map { costs[$0] } ?? limit }.reduce(0, +)
  }

  func smallest(_ costs: [[Double]], _ limit: Double, row: Int, used: Set<Int>) -> Double {
    guard row < costs.count else { return 0 }
    var best = limit + smallest(costs, limit, row: row + 1, used: used)
    for column in costs[row].indices where !used.contains(column) && costs[row][column] < limit {
      best = min(best, costs[row][column] + smallest(costs, limit, row: row + 1, used: used.union([column])))
    }
    return best
  }
}
