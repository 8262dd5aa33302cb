import Service
import Testing

@Suite("Who may see the streams")
struct AccessRuleTests {
  private let token = "0123456789abcdef"

  @Test(
    "on the loopback address only pages of this machine's own names are answered",
    arguments: [
      ("127.0.0.1:8080", true), ("localhost:8080", true), ("[::1]:8080", true), ("evil.example", false),
      ("127.0.0.1.evil.example:8080", false), ("localhost.evil.example", false),
    ])
  func hosts(host: String, isGood: Bool) {
    let rule = AccessRule(token: nil, isLoopback: true)
    let decision = rule.decide(host: host, authorization: nil, cookie: nil, queryToken: nil)
    #expect(decision == (isGood ? .allow : .misdirected))
  }

  @Test("without the token nothing is answered")
  func refused() {
    let rule = AccessRule(token: token, isLoopback: false)
    #expect(rule.decide(host: "camera", authorization: nil, cookie: nil, queryToken: nil) == .refuse)
    #expect(rule.decide(host: "camera", authorization: "Bearer no", cookie: nil, queryToken: nil) == .refuse)
    #expect(rule.decide(host: "camera", authorization: nil, cookie: "kapao_token=no", queryToken: nil) == .refuse)
    #expect(rule.decide(host: "camera", authorization: nil, cookie: nil, queryToken: token + "x") == .refuse)
  }

  @Test("the token is taken from header, cookie and address")
  func allowed() {
    let rule = AccessRule(token: token, isLoopback: false)
    #expect(rule.decide(host: "c", authorization: "Bearer \(token)", cookie: nil, queryToken: nil) == .allow)
    #expect(rule.decide(host: "c", authorization: "bearer \(token)", cookie: nil, queryToken: nil) == .allow)
    #expect(rule.decide(host: "c", authorization: nil, cookie: "a=b; kapao_token=\(token)", queryToken: nil) == .allow)
    #expect(rule.decide(host: "c", authorization: nil, cookie: nil, queryToken: token) == .remember)
  }
}
