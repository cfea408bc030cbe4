/** A value as it is shown in a sentence: in quotes, on one line, without what a terminal would act on, and not too long. */
export function show(value: unknown, limit = 60): string {
  if (typeof value === 'string') return quoted(value, limit);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'object' ? (Object.keys(value).length === 0 ? 'an empty map' : 'a map') : String(value);
}

/** The same with its type, for "must be …; found …". */
export function found(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${show(value)}`;
  return typeof value === 'number' ? `the number ${value}` : show(value);
}

function quoted(text: string, limit: number): string {
  const cut = text.length > limit ? `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…` : text;
  return escapeInvisible(JSON.stringify(cut));
}

/** Control characters, and those that have no width or turn the direction of writing. */
export const escapeInvisible = (text: string): string =>
  text.replace(
    /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );

/** `U+0430` */
export const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
