import Support
import Testing

@Test("halving finds the first element that is as wanted, as looking at all of them does")
func partitionIndex() {
  for count in 0...9 {
    for first in 0...count {
      #expect((0..<count).map { $0 * 3 }.partitionIndex { $0 >= first * 3 } == first)
    }
  }
  #expect([1, 5, 5, 9][1...].partitionIndex { $0 > 5 } == 3)
}
