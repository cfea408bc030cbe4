import * as z from 'zod';
import { labels, tree } from './values.ts';

/** What ProxyConfigs of both sides have in common; they come in different stages. */
export const proxyConfig = {
  template: 'istio/proxy-config.yaml',
  plural: 'proxyconfigs',
  values: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    selector: tree.optional(),
    environmentVariables: labels,
  }),
} as const;
