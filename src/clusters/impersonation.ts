import type { UserEntry } from './kubeconfig-file.ts';
import { SignInError } from './sign-in-error.ts';

/** The headers of `as`, `as-uid`, `as-groups` and `as-user-extra`; client-node knows only the first. */
export function impersonationHeaders(user: UserEntry): Record<string, string | string[]> {
  const extra = Object.entries(user['as-user-extra'] ?? {});
  if (!user.as) {
    if (!user['as-uid'] && user['as-groups'].length === 0 && extra.length === 0) return {};
    throw new SignInError('The kubeconfig has "as-groups", "as-uid" or "as-user-extra" without "as".');
  }
  return {
    'Impersonate-User': user.as,
    ...(user['as-uid'] ? { 'Impersonate-Uid': user['as-uid'] } : {}),
    ...(user['as-groups'].length > 0 ? { 'Impersonate-Group': [...user['as-groups']] } : {}),
    ...Object.fromEntries(extra.map(([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, [...values]])),
  };
}
