import { describe, expect, test } from 'vitest';
import { validateSpec } from '../../../src/checks/validate.ts';
import { plain } from '../../../src/cli/ui/colour.ts';
import { diagnosticsText } from '../../../src/cli/ui/diagnostics.ts';
import { federation, specText } from '../../support/federation.ts';

/** Made up here, and put together so that no scanner of this repository takes them for real ones. */
const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC';
const pem = (what: string): string => `-----${'BEGIN'} ${what}-----\n${body}\n${body}\n-----${'END'} ${what}-----`;
const jwt = ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQifQ', 'c2lnbmF0dXJl'].join('.');
const base64 = Buffer.from(pem('PRIVATE KEY')).toString('base64');
const github = `ghp_${'a1B2'.repeat(9)}`;

const valid = specText(federation());
const indented = (text: string): string => text.replaceAll('\n', '\n      ');

const pasted: readonly (readonly [title: string, text: string, secret: string])[] = [
  ['a key in a block', `${valid}trust:\n  ca: |\n      ${indented(pem('PRIVATE KEY'))}\n`, body],
  [
    'a key in a value that is a key of the spec',
    valid.replace('trustDomain: cluster-a.example', `context: |\n      ${indented(pem('RSA PRIVATE KEY'))}`),
    body,
  ],
  [
    'a key with escapes',
    valid.replace('trustDomain: cluster-a.example', `context: ${JSON.stringify(pem('EC PRIVATE KEY'))}`),
    body,
  ],
  ['a key that is cut off', `${valid}trust:\n  ca: |\n      ${indented(pem('PRIVATE KEY').slice(0, 70))}\n`, body],
  ['a certificate', `${valid}trust:\n  ca: |\n      ${indented(pem('CERTIFICATE'))}\n`, body],
  ['a key in base64', `${valid}trust: { ca: ${base64} }\n`, base64],
  ['a token', valid.replace('cluster-a.example', jwt), jwt],
  ['a token in a key', `${valid}${jwt}: 1\n`, jwt],
  ['a token in a list', valid.replace('- 203.0.113.98', `- ${jwt}`), jwt],
  ['a token in a comment', `${valid}# ${jwt}\n`, jwt],
  ['a token in YAML that is broken', `${valid}: ${jwt} [\n`, jwt],
  ['a token as a tag', valid.replace('cluster-a.example', `!${jwt} x`), jwt],
  ['a token as an alias', valid.replace('cluster-a.example', `*${jwt}`), jwt],
  ['a token as a directive', `%${jwt}\n---\n${valid}`, jwt],
  ['an access token', valid.replace('cluster-a.example', github), github],
  ['a whole Secret', 'apiVersion: v1\nkind: Secret\ndata:\n  password: aHVudGVyMg==\n  user: c2NvdHQ=\n', 'c2NvdHQ='],
  [
    'a Secret as a second document',
    `${valid}---\nkind: Secret\nstringData: { user: scott, password: tiger }\n`,
    'tiger',
  ],
];

describe.each(pasted)('%s', (_, text, secret) => {
  const { diagnostics, spec } = validateSpec({ file: 'federation.yaml', text });

  test('is refused', () => {
    expect(spec).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toContain('AXC1301');
  });

  test('is not shown', () => {
    const shown = `${JSON.stringify(diagnostics)}\n${diagnosticsText(diagnostics, plain)}`;
    for (const part of parts(secret)) expect(shown).not.toContain(part);
  });
});

test.each([
  'password: hunter2-of-scott',
  'token: "hunter2-of-scott"',
  '{ clientSecret: hunter2-of-scott }',
  'client-key-data: hunter2-of-scott',
  'API_KEY: hunter2-of-scott',
])('the value of %s is not shown', (written) => {
  const text = `${valid}trust:\n  certManager: ${written.startsWith('{') ? '' : '{ '}${written}${written.startsWith('{') ? '' : ' }'}\n`;
  const { diagnostics } = validateSpec({ file: 'federation.yaml', text });
  expect(diagnostics.map(({ code }) => code)).toContain('AXC1102');
  expect(`${JSON.stringify(diagnostics)}${diagnosticsText(diagnostics, plain)}`).not.toContain('hunter2');
});

test.each([
  ['is too large to be read', `context: ${jwt}${'x'.repeat(8 * 1024 * 1024)}`, 'AXC1001'],
  ['has too many tabs', `\t${jwt}\n${'\ta\n'.repeat(100_001)}`, 'AXC1301'],
  ['is no text', `\0${jwt}${'\0'.repeat(2000)}`, 'AXC1301'],
])('a token in a file that %s is not shown', (_, text, code) => {
  const { diagnostics } = validateSpec({ file: 'federation.yaml', text });
  expect(diagnostics.map((one) => one.code)).toContain(code);
  for (const part of parts(jwt)) expect(JSON.stringify(diagnostics)).not.toContain(part);
});

test('what is beside a secret is shown', () => {
  const text = `${valid}trust: { certManager: { isuer: shop-root }, ca: ${jwt} }\n`;
  const [finding] = validateSpec({ file: 'federation.yaml', text }).diagnostics.filter(({ message }) =>
    message.includes('isuer'),
  );
  expect(finding?.position?.text).toBe(`trust: { certManager: { isuer: shop-root }, ca: ${'*'.repeat(jwt.length)} }`);
});

test('a label and a service may be called like a secret', () => {
  const text = valid.replaceAll('app: backend-api', 'token: backend-api').replace('  backend-api:', '  secret:');
  expect(validateSpec({ file: 'federation.yaml', text }).diagnostics).toEqual([]);
});

/** Not even a piece of it. */
const parts = (secret: string): string[] => [secret.slice(0, 12), secret.slice(-12)].filter((part) => part.length > 3);
