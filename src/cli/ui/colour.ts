/** Text → the same text in colour, or as it is. */
export type Paint = Readonly<Record<Style, (text: string) => string>>;
type Style = (typeof styles)[number];
const styles = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const;

export interface ColourChoice {
  /** False with `--no-color`. */
  readonly flag: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stream: { readonly isTTY?: boolean };
}

/** chalk is loaded only when there is something to colour: `validate` in a pipeline never pays for it. */
export async function paintFor(choice: ColourChoice): Promise<Paint> {
  if (!wantsColour(choice)) return plain;
  const { Chalk } = await import('chalk');
  return new Chalk({ level: 1 });
}

/**
 * Per stream, for `render > out.yaml` leaves stderr a terminal. chalk itself knows nothing of NO_COLOR. As in Node, a FORCE_COLOR
 * that is set wins over NO_COLOR (https://no-color.org).
 */
export function wantsColour({ flag, env, stream }: ColourChoice): boolean {
  if (!flag) return false;
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (env.NO_COLOR || env.TERM === 'dumb') return false;
  return stream.isTTY === true;
}

const asItIs = (text: string): string => text;

export const plain: Paint = {
  bold: asItIs,
  dim: asItIs,
  red: asItIs,
  green: asItIs,
  yellow: asItIs,
  cyan: asItIs,
};
