/** The section of one code in `docs/checks.md`, with its title; undefined for a code that is not there. */
export function explanation(markdown: string, code: string): string | undefined {
  const wanted = code.toUpperCase();
  const sections = markdown.split(/^(?=## )/m);
  return sections.find((section) => section.split(/\s/, 2)[1] === wanted)?.trimEnd();
}
