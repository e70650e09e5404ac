import Shared

/// What every page uses and nobody has to sign in for.
enum ConsoleFiles {
  static func answer(_ request: ConsoleRequest) -> ConsoleAnswer? {
    guard request.path.count == 1, !request.isPost else { return nil }
    switch request.path[0] {
    case "console.css": return file(PackageResources.console_css, "text/css; charset=utf-8")
    case "console.js": return file(PackageResources.console_js, "text/javascript; charset=utf-8")
    case "icone.svg": return file(Array(icon.text.utf8), "image/svg+xml")
    case "pause": return .page(pause(request.language))
    default: return nil
    }
  }

  private static func file(_ bytes: [UInt8], _ mediaType: String) -> ConsoleAnswer {
    var answer = ConsoleAnswer()
    answer.mediaType = mediaType
    answer.body = bytes
    answer.isLasting = true
    return answer
  }

  private static let icon: HTML = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect x="2" y="1" width="12" height="14" \
    rx="1" fill="#fff" stroke="#555"/><path d="M4.5 5h7M4.5 8h7M4.5 11h4" stroke="#555"/></svg>
    """

  /// What a stranger at a checkpoint may look at.
  private static func pause(_ language: Language) -> HTML {
    let title = Label(fr: "Conversions", en: "Conversions")[language]
    let rows: [(String, String)] = [
      ("1 kg", "1 000 g"), ("1 t", "1 000 kg"), ("1 fût", "200 l"), ("1 jerrican", "20 l"),
      ("25 °C", "77 °F"), ("40 °C", "104 °F"), ("100 km", "62 mi"),
    ]
    let cells = rows.map { a, b -> HTML in #"<tr><th scope="row">\#(a)</th><td>\#(b)</td></tr>"# }
    return """
      \(Page.head(language))<body class="seul"><main id="contenu"><h1>\(title)</h1>\
      <table><tbody>\(cells)</tbody></table></main></body></html>
      """
  }
}
