/** The smallest spec that says something. */
export const minimalSpec = `apiVersion: aegis-xc.dev/v1alpha1
kind: Federation
metadata: { name: shop }
clusters:
  cluster-a: { trustDomain: cluster-a.example }
  cluster-b: { trustDomain: cluster-b.example, gateway: { addresses: [203.0.113.20] } }
services:
  backend-api:
    port: { number: 80, protocol: HTTP }
    providers:
      cluster-b: { namespace: default, workload: { app: backend-api }, serviceAccounts: [backend] }
    consumers:
      - { cluster: cluster-a, namespace: shop, serviceAccount: frontend }
    localCallers: any
`;
