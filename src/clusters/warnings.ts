/** The texts of `Warning` headers: `299 - "text"`, several in one header after commas (RFC 7234, section 5.5). */
export const warningsIn = (header: string | readonly string[] | undefined): string[] =>
  [header ?? []]
    .flat()
    .flatMap((line) => [...line.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)])
    .map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
