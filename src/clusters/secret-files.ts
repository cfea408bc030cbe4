import { readFileSync } from 'node:fs';
import { readFailure } from './kubeconfig-file.ts';
import { SignInError } from './sign-in-error.ts';

type FileOrData<Key extends string> = { readonly [key in Key | `${Key}-data`]?: string | undefined };

/** A certificate or key of the kubeconfig in base64. Data wins over the file, as for kubectl. */
export function fileOrData<Key extends string>(entry: FileOrData<Key>, key: Key): string | undefined {
  const data = entry[`${key}-data`];
  const file = entry[key];
  if (data !== undefined || file === undefined) return data;
  return readSecret(file, key).toString('base64');
}

/** The token in a file, read each time: whoever mounted it renews it. */
export function tokenIn(file: string, otherwise: string | undefined): string {
  try {
    return readSecret(file, 'tokenFile').toString('utf8').trim();
  } catch (error) {
    if (otherwise !== undefined) return otherwise;
    throw error;
  }
}

function readSecret(file: string, key: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new SignInError(`The ${key} of the kubeconfig, ${file}, can't be read: ${readFailure(cause)}.`, { cause });
  }
}
