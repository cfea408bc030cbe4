/** The known word that was most likely meant, or undefined when none is close. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = allowance(wanted) + 1;
  for (const candidate of known) {
    const whole = closeness(wanted, candidate.toLowerCase(), bestDistance);
    const distance = isLastWord(wanted, candidate) ? Math.min(whole, 2) : whole;
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** The end of a hint, `did you mean "providers"?`; undefined when nothing is close. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const guess = nearest(word, known);
  return guess === undefined ? undefined : `did you mean ${JSON.stringify(guess)}?`;
}

/** Whether one was written for the other: one letter apart, case and separators aside. Numbers tell things apart on purpose. */
export function isSlip(word: string, other: string): boolean {
  const [one, another] = [word.toLowerCase(), other.toLowerCase()];
  if (word === other || Math.min(one.length, another.length) < 4) return false;
  if (one.replace(/\d/g, '') === another.replace(/\d/g, '') && one !== another) return false;
  return squeezed(one) === squeezed(another) || editDistance(one, another, 2) < 2;
}

/** One mistake in a short word, a third of the letters in a long one. */
const allowance = (word: string): number => (word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3)));

/** A name that was only cut short or spelt with other separators counts as one mistake; the less is missing, the nearer it is. */
function closeness(word: string, candidate: string, limit: number): number {
  if (word === candidate) return 0;
  const [short, long] = word.length < candidate.length ? [word, candidate] : [candidate, word];
  if (short.length >= 4 && long.startsWith(short)) return 2 - 1 / (long.length - short.length);
  if (long.length - short.length <= 3 && squeezed(word) === squeezed(candidate)) return 1;
  return editDistance(word, candidate, limit);
}

/** "prefix" of "PathPrefix". */
const isLastWord = (word: string, candidate: string): boolean =>
  word.length >= 4 &&
  candidate.length > word.length &&
  /^[A-Z]/.test(candidate.slice(-word.length)) &&
  candidate.toLowerCase().endsWith(word);

const squeezed = (word: string): string => word.replace(/[-_. ]/g, '');

/**
 * How many letters to insert, delete, replace or swap with their neighbour; `limit` or more is not counted further, so
 * that a long foreign word costs nothing.
 */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit) return limit;
  let twoAgo: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    let smallest = row;
    for (let column = 1; column <= to.length; column++) {
      const cost = from[row - 1] === to[column - 1] ? 0 : 1;
      let value = Math.min(
        (previous[column] ?? limit) + 1,
        (current[column - 1] ?? limit) + 1,
        (previous[column - 1] ?? limit) + cost,
      );
      if (from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        value = Math.min(value, (twoAgo[column - 2] ?? limit) + 1);
      }
      current.push(value);
      smallest = Math.min(smallest, value);
    }
    if (smallest >= limit) return limit;
    [twoAgo, previous] = [previous, current];
  }
  return previous[to.length] ?? limit;
}
