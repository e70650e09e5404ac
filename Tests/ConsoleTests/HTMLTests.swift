import Testing

@testable import Console
@testable import Shared

@Suite struct HTMLTests {
  @Test func `text is escaped wherever it stands`() {
    let text = #"<script>alert("l'heure") & co</script>"#
    let html: HTML = #"<p title="\#(text)">\#(text)</p>"#
    let escaped = "&lt;script&gt;alert(&quot;l&#39;heure&quot;) &amp; co&lt;/script&gt;"
    #expect(html.text == "<p title=\"\(escaped)\">\(escaped)</p>")
    #expect(HTML(text).text == escaped)
  }

  @Test func `markup inside of markup stays markup`() {
    let inner: HTML = "<b>\("<")</b>"
    let outer: HTML = "<i>\(inner)\([inner, inner])\(3)</i>"
    #expect(outer.text == "<i><b>&lt;</b><b>&lt;</b><b>&lt;</b>3</i>")
    #expect([inner, inner].joined(by: " · ").text == "<b>&lt;</b> · <b>&lt;</b>")
  }

  @Test func `bytes that HTML has no place for are replaced`() {
    let rough = "a\u{0}b\u{1B}c\td\ne"
    #expect(HTML(rough).text == "a\u{FFFD}b\u{FFFD}c\td\ne")
  }

  @Test func `an address is encoded and stays inside`() {
    #expect(
      Link("fiches", "a/b?c", query: [("q", "é&=")]).text == "/fiches/a%2Fb%3Fc?q=%C3%A9%26%3D")
    for place in [
      "//ailleurs.example", "https://ailleurs.example", "/\\ailleurs", "javascript:1", "/a b", "",
    ] {
      #expect(Link(returningTo: place).text == "/")
    }
    #expect(Link(returningTo: "/packs/1?p=2").text == "/packs/1?p=2")
  }

  @Test func `an address in a form is read back`() {
    let words = FormWords(encoded: "a=1&b=%C3%A9+%26&a=2&c&%zz=%4&=x&d=%+1")
    #expect(words["a"] == "1")
    #expect(words.all("a") == ["1", "2"])
    #expect(words["b"] == "é &")
    #expect(words["c"] == "")
    #expect(words["%zz"] == "%4")
    #expect(words["d"] == "% 1")
  }

  @Test func `amounts and dates are read as people here write them`() throws {
    let loss = try #require(Schema.mission[type: "incident"]?[field: "loss_xof"])
    #expect(loss.words(1_385_000, .fr) == "1\u{202F}385\u{202F}000 FCFA")
    #expect(Words.day("2026-07-05", .fr) == "05/07/2026")
    #expect(Words.moment("2026-07-05T14:30:00Z", .fr) == "05/07/2026 14:30")
    #expect(Words.moment(milliseconds: 1_784_116_800_000, .fr) == "15/07/2026 12:00")
    #expect(Words.number(12.5, .fr) == "12,5")
    #expect(Words.number(-1234, .fr) == "−1\u{202F}234")
  }
}
