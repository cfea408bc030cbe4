import { describe, expect, test } from 'vitest';
import { type Answer, startApiServer, statusBody } from '../support/api-server.ts';
import { clientOf } from '../support/kubeconfig.ts';
import { namespaces, serviceEntries } from '../support/objects.ts';

describe('permissions', () => {
  const rules = (resourceRules: object[], incomplete = false): Answer => ({
    status: 201,
    body: { kind: 'SelfSubjectRulesReview', status: { resourceRules, incomplete } },
  });
  const access = (allowed: boolean): Answer => ({
    status: 201,
    body: { kind: 'SelfSubjectAccessReview', status: { allowed } },
  });
  const rule = { verbs: ['get', 'patch'], apiGroups: ['networking.istio.io'], resources: ['serviceentries'] };
  const forbidden: Answer = { status: 403, body: statusBody(403, 'Forbidden', 'no') };

  test.each<[string, { rules: Answer; access?: Answer }, boolean | undefined, number]>([
    ['a rule allows it', { rules: rules([rule]) }, true, 1],
    ['a rule allows everything', { rules: rules([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]) }, true, 1],
    ['a rule allows this name', { rules: rules([{ ...rule, resourceNames: ['backend-api'] }]) }, true, 1],
    ['a rule allows another name', { rules: rules([{ ...rule, resourceNames: ['orders-db'] }]) }, false, 1],
    ['a rule allows something else', { rules: rules([{ ...rule, verbs: ['get'] }]) }, false, 1],
    ['the rules are incomplete, so it is asked', { rules: rules([], true), access: access(true) }, true, 2],
    ['reviews of rules are not allowed, so it is asked', { rules: forbidden, access: access(false) }, false, 2],
    ['no review is allowed', { rules: forbidden, access: forbidden }, undefined, 2],
  ])('%s', async (_, answers, allowed, asked) => {
    const { url, requests } = await startApiServer((request) =>
      request.url.endsWith('rulesreviews') ? answers.rules : answers.access,
    );
    const client = clientOf({ server: url });
    expect(await client.can({ verb: 'patch', resource: serviceEntries, namespace: 'shop', name: 'backend-api' })).toBe(
      allowed,
    );
    expect(requests).toHaveLength(asked);
    expect(client.requests).toMatchObject({ reads: asked, writes: 0 });
  });

  test('are asked for once per namespace, and one by one for what has none', async () => {
    const { url, requests } = await startApiServer((request) =>
      request.url.endsWith('rulesreviews') ? rules([rule]) : access(true),
    );
    const client = clientOf({ server: url });
    const ask = (verb: string, namespace?: string) =>
      client.can({ verb, resource: namespace ? serviceEntries : namespaces, namespace });
    await Promise.all([ask('get', 'shop'), ask('patch', 'shop'), ask('get', 'web'), ask('create')]);
    expect(requests.map(({ url }) => url.split('/').at(-1)).sort()).toEqual([
      'selfsubjectaccessreviews',
      'selfsubjectrulesreviews',
      'selfsubjectrulesreviews',
    ]);
  });
});
