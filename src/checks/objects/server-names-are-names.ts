import { defineClusterCheck } from './object-check.ts';

/** `sni` is sent as it stands. */
export const serverNamesAreNames = defineClusterCheck({
  codes: ['AXC2153'],
  *find({ rules }) {
    for (const { on, spec } of rules) {
      const policies = [spec.at('trafficPolicy'), ...spec.at('subsets').items.map((item) => item.at('trafficPolicy'))];
      const all = policies.flatMap((policy) => [policy, ...policy.at('portLevelSettings').items]);
      for (const sni of all.map((policy) => policy.at('tls', 'sni'))) {
        if (!sni.text?.includes('*')) continue;
        yield {
          code: 'AXC2153',
          message: `"${sni.text}" is sent as the server name, letter by letter: no server has one with a star`,
          hint: 'write the exact name, or leave `sni` out: then the host is sent',
          on,
          field: sni.path,
        };
      }
    }
  },
});
