/// Of both programs: they are made and given out together.
package enum ProgramVersion {
  package static let text = "0.1.0"
}
