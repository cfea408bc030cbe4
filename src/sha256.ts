/** Loads Node's cryptography when something is to be hashed: most specs need none of it, and it would be a tenth of `render`. */
export const sha256 = (text: string): Buffer =>
  process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest();
