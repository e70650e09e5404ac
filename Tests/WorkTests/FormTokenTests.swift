import Testing

@testable import Work

@Suite struct FormTokenTests {
  @Test func `a secret is compared over its whole length`() {
    let token = FormToken.of("une visite")
    #expect(FormToken.matches(token, token))
    for index in token.indices {
      var other = token
      other.replaceSubrange(index...index, with: token[index] == "0" ? "1" : "0")
      #expect(!FormToken.matches(other, token))
    }
    for other in [nil, "", String(token.dropLast()), token + "0", token.uppercased() + " "] {
      #expect(!FormToken.matches(other, token))
    }
  }
}
