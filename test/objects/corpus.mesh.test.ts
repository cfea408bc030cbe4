import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { mesh, scenario } from '../bench/mesh/fixtures.ts';
import { objectSet } from '../support/object-set.ts';
import { type CorpusObject, corpusObjects } from './corpus.ts';

scenario('lint and the API server with istiod', () => {
  beforeAll(async () => {
    await mesh.clean();
    await mesh.apply('apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n', 'cluster-a');
  });

  test('agree on what is accepted, and on why not', async () => {
    const answers = await Promise.all(corpusObjects.map(ask));
    const otherwise = answers.filter(({ object, status, message }) => !agrees(object, status, message));
    expect(otherwise.map(({ object, message }) => [object.kind, object.spec, message])).toEqual([]);
    expect(answers.filter(({ message }) => message.includes('validation.istio.io')).length).toBeGreaterThan(100);
  });

  test.each(
    corpusObjects.filter(({ verdict }) => verdict === 'warned').map((one) => [one.says ?? '', one.spec, one.yaml]),
  )('agree on the warning "%s" of %s', async (says, _, yaml) => {
    const argv = ['apply', '--server-side', '--dry-run=server', '--warnings-as-errors', '-f', '-'];
    await expect(mesh.kubectl('cluster-a', argv, yaml)).rejects.toThrow(says);
  });
});

interface Answer {
  readonly object: CorpusObject;
  readonly status: number;
  readonly message: string;
}

/** The object as kubectl would send it, to be checked and not kept. */
async function ask(object: CorpusObject): Promise<Answer> {
  const [body] = objectSet(object.yaml).clusters.flatMap(({ objects }) => objects);
  if (!body) throw new Error(`no object: ${object.yaml}`);
  const plural = `${object.kind.toLowerCase().replace(/([^aeo])y$/, '$1ie')}s`;
  const scope = body.namespace === undefined ? '' : `namespaces/${body.namespace}/`;
  const path = `/apis/${body.apiVersion}/${scope}${plural}/${object.name}`;
  const query = 'dryRun=All&fieldManager=corpus&fieldValidation=Strict&force=true';
  const contentType = 'application/apply-patch+yaml';
  const { status, text } = await mesh
    .cluster('cluster-a')
    .request('PATCH', `${path}?${query}`, { body: body.object, contentType, timeoutMs: 90_000 });
  return { object, status, message: answer.parse(JSON.parse(text)).message };
}

const answer = z.object({ message: z.string().default('') });

/** The verdict is what lint says: `corpus.test.ts`. */
function agrees({ verdict, says = '' }: CorpusObject, status: number, message: string): boolean {
  const isAccepted = status < 300;
  if (verdict === 'right' || verdict === 'warned') return isAccepted;
  return !isAccepted && message.includes(says) && message.includes('admission webhook') === (verdict === 'wrong');
}
