import Support
import Testing

@Suite("Shares of work")
struct ShardTests {
  @Test(
    "schedulers say which share it is",
    arguments: [
      (["SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_COUNT": "4"], "5/4"),
      (["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "4"], "3/4"),
      (
        [
          "SLURM_ARRAY_TASK_ID": "6", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_COUNT": "5",
          "SLURM_ARRAY_TASK_STEP": "2",
        ], "4/5"
      ),
      (["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "1", "KAPAO_SHARDS": "20"], "4/20"),
      (["JOB_COMPLETION_INDEX": "0", "KAPAO_SHARDS": "3"], "1/3"),
      (["JOB_COMPLETION_INDEX": "2"], "say of how many in KAPAO_SHARDS"),
      (["AWS_BATCH_JOB_ARRAY_INDEX": "9", "AWS_BATCH_JOB_ARRAY_SIZE": "10"], "10/10"),
      (["SGE_TASK_ID": "2", "SGE_TASK_FIRST": "1", "SGE_TASK_LAST": "8"], "2/8"),
      (["SGE_TASK_ID": "undefined"], "no scheduler's variable"), ([:], "no scheduler's variable"),
    ])
  func automatic(environment: [String: String], result: String) {
    do {
      #expect(try Shard.automatic(environment).description == result)
    } catch {
      let expected = result == "5/4" ? "no share of 4" : result
      #expect(error.description.contains(expected), "\(error)")
    }
  }

  @Test("every piece is in one share, by number and by name, and a name stays where it is when others come")
  func partition() throws {
    let shares = try (1...7).map { try #require(Shard("\($0)/7")) }
    for index in 0..<50 { #expect(shares.count { $0.has(index) } == 1) }
    let names = (0..<700).map { "camera-\($0)" }
    for name in names { #expect(shares.count { $0.has(name) } == 1) }
    let sizes = shares.map { share in names.count { share.has($0) } }
    #expect(sizes.min()! > 70 && sizes.max()! < 130, "\(sizes)")
  }

  @Test("what is no share", arguments: ["0/3", "4/3", "1/0", "3", "a/b", "1/2/3", "-1/3"])
  func wrong(text: String) { #expect(Shard(text) == nil) }
}
