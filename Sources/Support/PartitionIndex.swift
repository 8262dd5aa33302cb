extension RandomAccessCollection {
  /// The first index whose element is as wanted, where those that are come last; the end without any. By halving.
  package func partitionIndex(where isWanted: (Element) -> Bool) -> Index {
    var (low, count) = (startIndex, count)
    while count > 0 {
      let middle = index(low, offsetBy: count / 2)
      if isWanted(self[middle]) {
        count /= 2
      } else {
        low = index(after: middle)
        count -= count / 2 + 1
      }
    }
    return low
  }
}
