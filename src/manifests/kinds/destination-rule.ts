import * as z from 'zod';
import { texts, tree } from './values.ts';

/** What DestinationRules of both sides have in common; they come in different stages. */
export const destinationRule = {
  template: 'istio/destination-rule.yaml',
  plural: 'destinationrules',
  values: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    host: z.string(),
    exportTo: texts,
    trafficPolicy: tree,
  }),
} as const;
