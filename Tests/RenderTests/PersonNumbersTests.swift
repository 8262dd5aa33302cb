import Kapao
import Render
import Testing

struct PersonNumbersTests {
  func people(_ places: [Float]) -> [TrackedPose] {
    places.map { TrackedPose(pose: .standing(x: $0, y: 10, width: 50, height: 100)) }
  }

  @Test func `People keep their numbers when their order changes`() {
    var numbers = PersonNumbers()
    #expect(numbers.numbers(for: people([0, 200, 400])) == [0, 1, 2])
    #expect(numbers.numbers(for: people([405, 5, 195])) == [2, 0, 1])
  }

  @Test func `Someone missed for a few frames gets the number back`() {
    var numbers = PersonNumbers()
    _ = numbers.numbers(for: people([0, 200]))
    for _ in 0..<5 { #expect(numbers.numbers(for: people([200])) == [1]) }
    #expect(numbers.numbers(for: people([200, 400, 3])) == [1, 2, 0])
  }

  @Test func `Numbers of people who left are given again`() {
    var numbers = PersonNumbers()
    _ = numbers.numbers(for: people([0, 200]))
    for _ in 0..<40 { _ = numbers.numbers(for: people([200])) }
    #expect(numbers.numbers(for: people([200, 600])) == [1, 0])
  }

  @Test func `An identity is the number`() {
    var numbers = PersonNumbers()
    var people = people([0, 200])
    people[1].trackID = 0
    #expect(numbers.numbers(for: people) == [1, 0])
  }

  @Test func `Boxes that are not finite get numbers too`() {
    var numbers = PersonNumbers()
    let people = [TrackedPose(pose: .point(x: .nan, y: .infinity)), TrackedPose(pose: .point(x: 1, y: 1))]
    for _ in 0..<3 { #expect(Set(numbers.numbers(for: people)).count == 2) }
  }
}
