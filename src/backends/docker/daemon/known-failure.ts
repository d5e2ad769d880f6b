// A failure that is told by its words in what a daemon or Terraform prints, and how a user should read it.

export interface KnownFailure {
  pattern: RegExp;
  code: string;
  /** `words` is what matched, without its stop. */
  message: (words: string) => string;
  hint: string;
}
