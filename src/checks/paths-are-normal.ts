import { posix } from 'node:path';
import { servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/**
 * A path in a rule is what Envoy compares, after it has normalized the path of the request: one that is not in that form
 * matches nothing, or is read in two ways. https://istio.io/latest/docs/reference/config/security/normalization/
 */
export const pathsAreNormal = defineCheck({
  evidence: 'spec',
  codes: ['AXC1307'],
  *find(spec) {
    for (const { service, at } of servicesOf(spec)) {
      for (const [consumer, { allow }] of service.consumers.entries()) {
        for (const [index, path] of (allow?.paths ?? []).entries()) {
          const normal = normalForm(path);
          if (normal === path) continue;
          yield {
            code: 'AXC1307',
            message: `the path "${path}" is not in its normal form`,
            hint: /[?#]/.test(path) ? `a rule sees the path without its query: write ${normal}` : `write ${normal}`,
            at: [...at, 'consumers', consumer, 'allow', 'paths', index],
          };
        }
      }
    }
  },
});

/** RFC 3986 section 6.2.2, and one slash where there are several. */
export function normalForm(path: string): string {
  const star = path.endsWith('*') ? '*' : '';
  const bare = path.slice(0, path.length - star.length).replace(/[?#].*$/, '');
  const decoded = bare.replace(/%([0-9a-fA-F]{2})/g, (encoded, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w.~/\\-]/.test(character) ? character : encoded.toUpperCase();
  });
  return posix.normalize(decoded.replaceAll('\\', '/')) + star;
}
