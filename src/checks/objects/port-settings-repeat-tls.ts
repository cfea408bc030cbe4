import { defineClusterCheck } from './object-check.ts';

/** What is said for a port replaces everything that is said above it (`MergeTrafficPolicy` with port-level settings). */
export const portSettingsRepeatTls = defineClusterCheck({
  codes: ['AXC2152'],
  *find({ rules }) {
    for (const { on, spec } of rules) {
      const policies = [spec.at('trafficPolicy'), ...spec.at('subsets').items.map((item) => item.at('trafficPolicy'))];
      for (const policy of policies) {
        const tls = policy.at('tls').isSet ? policy.at('tls') : spec.at('trafficPolicy', 'tls');
        const mode = tls.at('mode').text;
        if (mode === undefined || mode === 'DISABLE') continue;
        for (const settings of policy.at('portLevelSettings').items) {
          if (settings.at('tls').isSet) continue;
          const isPlain = mode === 'ISTIO_MUTUAL' && !tls.at('sni').isSet && !tls.at('subjectAltNames').isSet;
          yield {
            code: 'AXC2152',
            severity: isPlain ? 'info' : 'error',
            message: `the settings of port ${settings.at('port', 'number').number ?? '?'} replace all others: its connections lose \`tls\` (${mode})${isPlain ? ', and Istio decides about mesh TLS by itself' : ''}`,
            hint: 'repeat `tls` in the settings of the port',
            on,
            field: settings.path,
          };
        }
      }
    }
  },
});
