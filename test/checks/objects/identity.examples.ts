import type { ObjectExamplesByCode } from './examples.ts';

const entry = (name: string, namespace = 'shop') => `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}, namespace: ${namespace}}
spec: {hosts: [${name}.cluster-b.local], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}
`;

/** 201x: what an object is. */
export const identity: ObjectExamplesByCode = {
  AXC2010: {
    wrong: [
      {
        title: 'one name twice in a file',
        yaml: entry('catalog') + entry('catalog'),
        at: 'ServiceEntry shop/catalog metadata.name',
        says: 'objects.yaml:4',
      },
      {
        title: 'two versions of one kind',
        yaml: entry('catalog') + entry('catalog').replace('/v1', '/v1beta1'),
        at: 'ServiceEntry shop/catalog metadata.name',
      },
    ],
    right: [
      { title: 'two names', yaml: entry('catalog') + entry('orders') },
      { title: 'two namespaces', yaml: entry('catalog') + entry('catalog', 'web') },
      { title: 'two clusters', yaml: { 'cluster-a': entry('catalog'), 'cluster-b': entry('catalog') } },
    ],
  },
  AXC2012: {
    wrong: [
      {
        title: 'a ServiceEntry of no version',
        yaml: entry('catalog').replace(/apiVersion.*\n/, ''),
        at: 'ServiceEntry shop/catalog kind',
        says: 'apiVersion: networking.istio.io/v1',
      },
      {
        title: 'something of Istio',
        yaml: entry('catalog').replace(/kind.*\n/, ''),
        at: '(no kind) shop/catalog apiVersion',
        says: 'kind is missing',
      },
    ],
    right: [{ title: "a chart's description", yaml: 'apiVersion: v2\nname: shop\nversion: 1.0.0\n' }],
  },
};
