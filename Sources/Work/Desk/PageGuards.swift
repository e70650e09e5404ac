/// The headers of every answer to a browser, whoever gives it: a page, a refusal, the door.
package enum PageGuards {
  /// No other host is asked for anything, nothing runs but our own file, nobody frames a page, and
  /// no address leaves with a link.
  ///
  /// - Parameter isSecure: whether every byte crosses TLS.
  package static func lines(isSecure: Bool) -> [(name: String, value: String)] {
    let always = [
      (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
          + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
      ), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    return isSecure ? always + [("Strict-Transport-Security", "max-age=31536000")] : always
  }
}
