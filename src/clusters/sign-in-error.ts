/** The credentials of a context can't be had. A sentence without a secret in it; `hint` says what to do. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly hint: string | undefined;
  constructor(message: string, { hint, cause }: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause });
    this.hint = hint;
  }
}
