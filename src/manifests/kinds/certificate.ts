import * as z from 'zod';
import { objectName } from '../../model/names.ts';
import { defineKind } from '../kind.ts';

export const certificate = defineKind({
  summary: "The intermediate CA of a cluster's mesh",
  template: 'cert-manager/certificate.yaml',
  plural: 'certificates',
  stage: 'trust',
  values: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    commonName: z.string().max(64),
    trustDomain: z.string(),
    issuer: z.string(),
    issuerKind: z.string(),
  }),
  instances: ({ name, clusters, certificateAuthority }) =>
    certificateAuthority === undefined
      ? []
      : clusters.map((cluster) => ({
          cluster: cluster.name,
          at: ['trust', 'certManager'],
          values: {
            name: objectName(name, 'istio-ca'),
            namespace: certificateAuthority.namespace,
            // X.509 takes 64 characters; ours are at most 63.
            commonName: objectName(name, 'istio-ca', cluster.name),
            trustDomain: cluster.trustDomain,
            issuer: certificateAuthority.issuer,
            issuerKind: certificateAuthority.kind,
          },
        })),
});
