import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { Agent, type Dispatcher, request } from 'undici';
import type { KubeObject } from '../../src/manifests/manifest.ts';
import { readKubeconfig } from '../../test/bench/kubeconfig.ts';

/**
 * What the API servers alone cost: requests over one pool per cluster, without looking at anything.
 *
 *     bare-loop.ts apply|list KUBECONFIG CLUSTER=MANIFESTS...
 *
 * `apply`: a dry-run of every object of every cluster, then a PATCH of each. `list`: one list per kind.
 */
const [verb, kubeconfig = '', ...inputs] = process.argv.slice(2);

await Promise.all(
  inputs.map(async (input) => {
    const [context = '', file = ''] = input.split('=');
    const { server, ca, cert, key } = readKubeconfig(kubeconfig, context);
    const dispatcher = new Agent({ connections: 16, pipelining: 1, connect: { ca, cert, key } });
    const objects = loadAll(readFileSync(file, 'utf8')).filter(Boolean) as KubeObject[]; // our own output
    if (verb === 'list') await listKinds(server, objects, dispatcher);
    else {
      await eachObject(objects, (object) => patch(server, object, '&dryRun=All', dispatcher));
      await eachObject(objects, (object) => patch(server, object, '', dispatcher));
    }
    await dispatcher.close();
  }),
);

async function eachObject(objects: readonly KubeObject[], work: (object: KubeObject) => Promise<void>): Promise<void> {
  const queue = [...objects];
  const take = async (): Promise<void> => {
    for (let object = queue.shift(); object !== undefined; object = queue.shift()) await work(object);
  };
  await Promise.all(Array.from({ length: 16 }, take));
}

async function patch(server: string, object: KubeObject, extra: string, dispatcher: Dispatcher): Promise<void> {
  const { namespace, name } = object.metadata;
  const url = `${server}${collection(object, namespace)}/${name}?fieldManager=bare&force=true&fieldValidation=Strict${extra}`;
  const { statusCode, body } = await request(url, {
    method: 'PATCH',
    dispatcher,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(object),
  });
  const text = await body.text();
  if (statusCode > 201) throw new Error(`${url}: ${statusCode} ${text}`);
}

async function listKinds(server: string, objects: readonly KubeObject[], dispatcher: Dispatcher): Promise<void> {
  const collections = new Set(objects.map((object) => collection(object, undefined)));
  await Promise.all(
    [...collections].map(async (path) => {
      const { body } = await request(`${server}${path}?limit=500`, { dispatcher });
      await body.text();
    }),
  );
}

function collection({ apiVersion, kind }: KubeObject, namespace: string | undefined): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = kind
    .toLowerCase()
    .replace(/(?<=[^aeiou])y$/, 'ie')
    .concat('s');
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}
