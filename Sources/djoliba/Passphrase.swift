import Foundation
import Shared
import Terminal

/// The passphrase of a sealed replica: the first line of a file that the environment names, else
/// typed. Never an argument, which every program of the machine may read.
enum Passphrase {
  /// The one that opens it.
  static func known() throws(Problem) -> String {
    if let path = file("DJOLIBA_PASSPHRASE_FILE") { return try line(of: path) }
    return try ask(Label(fr: "Phrase secrète : ", en: "Passphrase: "))
  }

  /// One to seal with; typed twice, because nobody sees it. Throws `.wrong_passphrase` when they
  /// differ.
  static func new() throws(Problem) -> String {
    let files = ["DJOLIBA_NEW_PASSPHRASE_FILE", "DJOLIBA_PASSPHRASE_FILE"]
    if let path = files.compactMap(file).first { return try line(of: path) }
    let first = try ask(
      Label(fr: "Nouvelle phrase secrète : ", en: "New passphrase: "))
    let second = try ask(Label(fr: "Encore une fois : ", en: "Once more: "))
    guard first == second else { throw Problem(.wrong_passphrase) }
    return first
  }

  private static func file(_ variable: String) -> String? {
    ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func line(of path: String) throws(Problem) -> String {
    let text = String(decoding: try read(file: path), as: UTF8.self)
    return String(text.prefix { !$0.isNewline })
  }

  private static func ask(_ question: Label) throws(Problem) -> String {
    guard let answer = TerminalScreen.secret(question[.ofProcess]) else {
      throw Problem(.passphrase_needed)
    }
    return answer
  }
}
