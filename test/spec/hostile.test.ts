import { describe, expect, test } from 'vitest';
import { validateSpec } from '../../src/checks/validate.ts';
import { didYouMean } from '../../src/nearest.ts';

/**
 * What people and programs put into a spec that does not belong there: each is one finding, at its place, with what to do. The
 * place is found by a mark in the row itself: `⟦` stands before the first character that the caret marks.
 */

const valid = `apiVersion: aegis-xc.dev/v1alpha1
kind: Federation
metadata: { name: shop }
clusters:
  cluster-a:
    trustDomain: cluster-a.example
  cluster-b:
    trustDomain: cluster-b.example
    gateway: { addresses: [203.0.113.20] }
services:
  backend-api:
    port: { number: 80, protocol: HTTP }
    providers:
      cluster-b: { namespace: default, workload: { app: backend-api }, serviceAccounts: [backend] }
    consumers:
      - cluster: cluster-a
        namespace: shop
        serviceAccount: frontend
    localCallers: any
`;

interface Row {
  readonly title: string;
  /** The text of `valid` that is replaced, and by what. */
  readonly instead?: readonly [old: string, marked: string];
  /** Or the whole text. */
  readonly text?: string;
  readonly code: string;
  readonly says: string;
  readonly hint: string;
}

const at = (old: string, marked: string, title: string, code: string, says: string, hint: string): Row => ({
  title,
  instead: [old, marked],
  code,
  says,
  hint,
});
const whole = (text: string, title: string, code: string, says: string, hint: string): Row => ({
  title,
  text,
  code,
  says,
  hint,
});

const wide = Buffer.from(`\ufeff${valid}`, 'utf16le');
const turned = Buffer.from(wide).swap16();

const file: Row[] = [
  whole(`⟦${wide.toString()}`, 'UTF-16', 'AXC1008', 'this is UTF-16', 'UTF-8'),
  whole(`⟦${wide.subarray(2).toString()}`, 'UTF-16 without its mark', 'AXC1008', 'this is UTF-16', 'UTF-8'),
  whole(`⟦${turned.toString()}`, 'UTF-16 the other way round', 'AXC1008', 'this is UTF-16', 'UTF-8'),
  whole(`⟦${'\ufffdPNG\u0000\u0001'.repeat(20)}`, 'a picture', 'AXC1008', 'not text', 'the right file'),
  whole('⟦', 'an empty file', 'AXC1005', 'empty', 'kind: Federation'),
  whole('⟦# nothing\n\n', 'a file with comments only', 'AXC1005', 'empty', 'kind: Federation'),
  whole(`${valid}⟦---\nkind: Other\n`, 'a second document', 'AXC1006', 'second document', 'one file is one spec'),
  whole(`${valid}...\n⟦kind: Other\n`, 'a second document after an end', 'AXC1006', 'second document', 'one file'),
  whole(`⟦%YAML 1.1\n---\n${valid}`, 'a directive', 'AXC1007', 'begins with "%"', 'YAML 1.2'),
  whole(`# first\n⟦%TAG ! tag:x,2000:\n---\n${valid}`, 'another directive', 'AXC1007', 'directive', 'leave it out'),
  whole(valid.replace('frontend', 'front⟦\u0000end'), 'a NUL', 'AXC1008', 'U+0000', 'UTF-8'),
  whole(valid.replace('frontend', 'front⟦\u0007end'), 'a control character', 'AXC1008', 'U+0007', 'delete it'),
  whole(valid.replace('frontend', 'front⟦\ud83dend'), 'half a character', 'AXC1008', 'U+D83D', 'delete it'),
  whole(valid.replace('frontend', 'front⟦\ufffdend'), 'another encoding', 'AXC1008', 'U+FFFD', 'UTF-8'),
  at('    gateway', '⟦\tgateway', 'a tab for indentation', 'AXC1003', 'tab', 'spaces'),
  at('    gateway', '  ⟦\tgateway', 'a tab after spaces', 'AXC1003', 'tab', 'spaces'),
  at(
    '    port: { number: 80, protocol: HTTP }\n    providers',
    '    port: { number: 80, protocol: HTTP\n    ⟦providers',
    'a bracket that is not closed',
    'AXC1002',
    'not indented',
    'bracket',
  ),
  at(
    '    localCallers: any',
    '    localCallers: "any⟦',
    'a quote that is not closed',
    'AXC1002',
    'not indented',
    'quote',
  ),
  at('    localCallers: any', '    localCallers⟦', 'a key without a colon', 'AXC1002', '":" is missing', ''),
];

const yaml: Row[] = [
  at('kind: Federation', 'kind: Federation\n⟦kind: Federation', 'a key twice', 'AXC1004', 'on line 2', 'remove one'),
  at(
    'port: { number: 80,',
    'port: { number: 80, ⟦number: 81,',
    'a key twice in a line',
    'AXC1004',
    'same line',
    'remove',
  ),
  at(
    '    localCallers: any',
    '    localCallers: any\n    ⟦<<: {}',
    'a merge key',
    'AXC1011',
    'merge key',
    'repeat the keys',
  ),
  at('  backend-api:', '  ⟦__proto__: {}\n  backend-api:', 'a key __proto__', 'AXC1012', '__proto__', 'another name'),
  at('  backend-api:', '  ⟦constructor: {}\n  backend-api:', 'a key constructor', 'AXC1012', 'constructor', 'another'),
  at('  backend-api:', '  ⟦"prototype": {}\n  backend-api:', 'a key prototype', 'AXC1012', 'prototype', 'another'),
  at('cluster: cluster-a', 'cluster: ⟦!foo cluster-a', 'a tag of its own', 'AXC1009', '!foo', 'not allowed'),
  at(
    'cluster: cluster-a',
    'cluster: ⟦!!js/function "() => 1"',
    'a tag that runs code',
    'AXC1009',
    'js/function',
    'tags',
  ),
  at('cluster: cluster-a', 'cluster: ⟦!!binary aGVsbG8=', 'a tag for bytes', 'AXC1009', '!!binary', 'not allowed'),
  at('cluster: cluster-a', 'cluster: ⟦*nothing', 'an alias for nothing', 'AXC1010', '*nothing', ''),
  at('localCallers: any', 'localCallers: &l [⟦*l]', 'an alias within itself', 'AXC1010', 'contains itself', 'write'),
  at('cluster-a:', '? ⟦[a]\n  : {}\n  cluster-a:', 'a key that is a list', 'AXC1014', 'plain text', 'key: value'),
  at(
    'namespace: shop',
    'namespace: ⟦"sh\\0op"',
    'an escaped NUL',
    'AXC1008',
    'U+0000 in a value, at its position 3',
    'delete',
  ),
  at('namespace: shop', 'namespace: ⟦"sh\\u202eop"', 'a turned direction', 'AXC1008', 'U+202E', 'delete'),
  at('number: 80', 'number: ⟦0755', 'an octal number', 'AXC1015', '0755', 'write 755 or 493'),
  at('number: 80', 'number: ⟦0o17', 'another octal number', 'AXC1015', '0o17', 'write 17 or 15'),
  at('number: 80', 'number: ⟦1e3', 'an exponent', 'AXC1015', '1e3', 'write 1000'),
  at('number: 80', 'number: ⟦0x50', 'a hexadecimal number', 'AXC1015', '0x50', 'write 80'),
  at('number: 80', 'number: ⟦.inf', 'infinity', 'AXC1015', '.inf', 'plain number'),
];

const values: Row[] = [
  at('    providers:', '    ⟦provders:', 'an unknown key', 'AXC1102', '"provders"', 'did you mean "providers"?'),
  at('    port:', '    ⟦timeout: 10s\n    port:', 'a key of another map', 'AXC1102', '"timeout"', 'under "traffic"'),
  at('    port:', '    ⟦xyzzy: 1\n    port:', 'a key that is nowhere', 'AXC1102', '"xyzzy"', 'known keys here: host,'),
  at(
    '        namespace: shop\n',
    '',
    'a missing key',
    'AXC1103',
    '"namespace" is missing in "consumers[0]"',
    "caller's",
  ),
  at('    localCallers: any\n', '', 'missing local callers', 'AXC1103', 'localCallers', 'localCallers: any'),
  at(
    'localCallers: any',
    'localCallers: ⟦all',
    'no such choice',
    'AXC1106',
    'a list of callers, or `any`',
    'write any',
  ),
  at(
    'localCallers: any',
    'localCallers: [{ namespace: x, ⟦serviceaccount: y }]',
    'a mistyped key behind a choice',
    'AXC1102',
    '"serviceaccount"',
    'did you mean "serviceAccount"?',
  ),
  at('number: 80', 'number: ⟦0', 'port 0', 'AXC1107', '1 to 65535; found the number 0', ''),
  at('number: 80', 'number: ⟦65536', 'port 65536', 'AXC1107', '1 to 65535', ''),
  at('number: 80', 'number: ⟦-1', 'port -1', 'AXC1107', '1 to 65535', ''),
  at(
    'number: 80',
    'number: ⟦80.5',
    'port 80.5',
    'AXC1104',
    'a whole number from 1 to 65535; found the number 80.5',
    '',
  ),
  at('number: 80', 'number: ⟦"80 "', 'port "80 "', 'AXC1104', 'the text "80 "', 'write 80'),
  at('protocol: HTTP', 'protocol: ⟦http', 'another case', 'AXC1105', '"HTTP"', 'write HTTP'),
  at('protocol: HTTP', 'protocol: ⟦HTP', 'a slip', 'AXC1105', '"HTP"', 'did you mean "HTTP"?'),
  at('{ app: backend-api }', '⟦{}', 'an empty selector', 'AXC1109', 'whole namespace', ''),
  at(
    '{ app: backend-api }',
    '{ app: backend-api, version: ⟦1.10 }',
    'a version that is a number',
    'AXC1104',
    '1.1',
    '"1.10"',
  ),
  at('[backend]', '⟦backend', 'text for a list', 'AXC1104', 'must be a list', 'write [backend]'),
  at('[203.0.113.20]', '⟦[]', 'no address', 'AXC1109', '"addresses" is empty', ''),
  at(
    '        serviceAccount: frontend',
    '        serviceAccount: frontend\n        ⟦allow:',
    'a blank `allow`',
    'AXC1110',
    '"allow" has no value',
    'not "all"',
  ),
  at(
    '      - cluster: cluster-a',
    '      ⟦-\n      - cluster: cluster-a',
    'an empty entry',
    'AXC1110',
    'consumers[0]',
    '"-"',
  ),
  at('kind: Federation', '⟦kind:', 'a blank kind', 'AXC1110', '"kind" has no value', 'Federation'),
  at('  backend-api:\n', '  ⟦Backend_API:\n', 'a name with capitals', 'AXC1111', '"Backend_API"', 'write backend-api'),
  at('  backend-api:\n', '  ⟦2nd-api:\n', 'a name that begins with a digit', 'AXC1111', 'beginning with a letter', ''),
  at('  backend-api:\n', `  ⟦${'a'.repeat(64)}:\n`, 'a name of 64', 'AXC1111', '64 characters, at most 63', ''),
  at('{ name: shop }', '{ name: ⟦"shop\\n---\\nkind: Secret" }', 'a name with a line break', 'AXC1106', 'U+000A', ''),
  at('{ name: shop }', `{ name: ⟦${'a'.repeat(41)} }`, 'a long name', 'AXC1108', '41 characters, at most 40', ''),
  at('namespace: shop', 'namespace: ⟦Shop', 'a namespace with a capital', 'AXC1106', '"Shop"', 'write shop'),
  at('serviceAccount: frontend', 'serviceAccount: ⟦a/b', 'a slash', 'AXC1106', '"/" does not belong there', ''),
  at(
    'serviceAccount: frontend',
    'serviceAccount: ⟦x.example/ns/shop/sa/web',
    'a principal',
    'AXC1106',
    'lower-case',
    'write web',
  ),
  at('serviceAccount: frontend', 'serviceAccount: ⟦"prod*"', 'a prefix', 'AXC1106', '"prod*"', 'name every identity'),
  at(
    'trustDomain: cluster-a.example',
    'trustDomain: ⟦spiffe://a.example',
    'a URI',
    'AXC1106',
    'spiffe',
    'write a.example',
  ),
  at('    port:', '    host: ⟦"*"\n    port:', 'the host *', 'AXC1106', '"*"', 'one exact host'),
  at(
    '    port:',
    '    host: ⟦catalog\n    port:',
    'a host of one label',
    'AXC1106',
    'two or more labels',
    'two labels',
  ),
  at(
    '    port:',
    '    host: ⟦Catalog.xc.global\n    port:',
    'a host with a capital',
    'AXC1106',
    'lower case',
    'write catalog',
  ),
  at('    port:', '    host: ⟦cаtalog.xc.global\n    port:', 'a Cyrillic letter', 'AXC1112', 'U+0430', 'xn--ctalog'),
  at(
    '    port:',
    `    host: ⟦${'a'.repeat(64)}.example\n    port:`,
    'a label of 64',
    'AXC1106',
    '63',
    'has 64 characters',
  ),
  at(
    '    port:',
    `    host: ⟦${'a.'.repeat(130)}example\n    port:`,
    'a host of 267',
    'AXC1108',
    '267 characters, at most 253',
    '',
  ),
  at('  cluster-a:\n', '  ⟦clustеr-a:\n', 'a Cyrillic letter in a name', 'AXC1112', 'U+0435', 'type it anew'),
  at('[203.0.113.20]', '[⟦unix:///var/run/docker.sock]', 'a socket', 'AXC1106', 'IP address or a host', 'sockets'),
  at(
    '[203.0.113.20]',
    '[⟦https://203.0.113.20:15443]',
    'a URL',
    'AXC1106',
    'IP address or a host',
    'alone: 203.0.113.20',
  ),
  at(
    '[203.0.113.20]',
    '[⟦"203.0.113.20:15443"]',
    'a port with the address',
    'AXC1106',
    'IP address',
    "gateway's `port`",
  ),
  at('[203.0.113.20]', '[⟦127.1]', 'half an address', 'AXC1104', 'the number 127.1', ''),
  at('[203.0.113.20]', '[⟦0x7f.0.0.1]', 'a disguised address', 'AXC1106', '0x7f.0.0.1', ''),
  at('[203.0.113.20]', '[⟦010.0.0.1]', 'an octal address', 'AXC1106', '010.0.0.1', ''),
  at(
    '        serviceAccount: frontend',
    '        serviceAccount: frontend\n        allow: { methods: [⟦get] }',
    'the method get',
    'AXC1106',
    'upper case',
    'write GET',
  ),
  at(
    '        serviceAccount: frontend',
    '        serviceAccount: frontend\n        allow: { methods: [⟦"*"] }',
    'the method *',
    'AXC1106',
    'upper case',
    'leave `methods` out',
  ),
  at(
    '        serviceAccount: frontend',
    '        serviceAccount: frontend\n        allow: { methods: [⟦FOO BAR] }',
    'two methods in one',
    'AXC1106',
    'U+0020',
    '[FOO, BAR]',
  ),
  at(
    '        serviceAccount: frontend',
    '        serviceAccount: frontend\n        allow: { paths: [⟦api] }',
    'a path without slash',
    'AXC1106',
    'begins with "/"',
    'write /api',
  ),
  at(
    '        serviceAccount: frontend',
    '        serviceAccount: frontend\n        allow: { paths: [⟦"*"] }',
    'the path *',
    'AXC1106',
    'begins with "/"',
    'leave `paths` out',
  ),
  at(
    '    port:',
    '    host: ⟦foo.example.\n    port:',
    'a host with a dot at its end',
    'AXC1106',
    'host',
    'without the dot',
  ),
  at(
    '    localCallers: any',
    '    localCallers: any\n    traffic: { timeout: ⟦3 s }',
    'a time with a space',
    'AXC1106',
    '500ms',
    'write 3s',
  ),
  at(
    '    localCallers: any',
    '    localCallers: any\n    traffic: { timeout: ⟦5M }',
    'five months',
    'AXC1106',
    '500ms',
    '',
  ),
  at('serviceAccounts: [', '⟦serviceAccount: [', 'a letter less', 'AXC1102', '"serviceAccount"', '"serviceAccounts"'),
  at(
    'addresses: [203.0.113.20]',
    'addresses: [203.0.113.20], allowFrom: [⟦198.51.100.0/33]',
    'a range that is none',
    'AXC1106',
    'an IP range',
    'at most 32',
  ),
  at(
    '        serviceAccount: frontend',
    '        serviceAccount: frontend\n        allow: { paths: [⟦/a/*/b] }',
    'a star in the middle',
    'AXC1106',
    '"*"',
    'only at the end',
  ),
  at(
    '        serviceAccount: frontend',
    '        serviceAccount: frontend\n        allow: ⟦{}',
    'nothing allowed',
    'AXC1109',
    '`methods`, `paths` or both',
    '',
  ),
  at(
    '    localCallers: any',
    '    localCallers: any\n    traffic: { timeout: ⟦10 }',
    'a time without unit',
    'AXC1104',
    '10',
    'write 10s',
  ),
  at(
    '    localCallers: any',
    '    localCallers: any\n    traffic: { timeout: ⟦1.5s }',
    'a broken time',
    'AXC1106',
    '1.5s',
    '1500ms',
  ),
  at('    localCallers: any', '    localCallers: any\n    traffic: { timeout: ⟦0s }', 'no time', 'AXC1106', '1ms', ''),
  at(
    '    localCallers: any',
    '    localCallers: any\n    mode: ⟦terminate',
    'a mode to come',
    'AXC1105',
    'passthrough',
    'remove the key',
  ),
  at(
    '    trustDomain: cluster-a.example',
    '    trustDomain: cluster-a.example\n    uid: ⟦"123"',
    'no UID',
    'AXC1106',
    'UID',
    '',
  ),
  at(
    '    trustDomain: cluster-a.example',
    '    trustDomain: cluster-a.example\n    context: ⟦"{{ ctx }}"',
    'a template of Helm',
    'AXC1113',
    '{{',
    'aegis-xc reads it',
  ),
  at(
    '    trustDomain: cluster-a.example',
    '    trustDomain: cluster-a.example\n    context: ⟦${CTX}',
    'a variable',
    'AXC1113',
    '${',
    'write the value',
  ),
  at(
    '    trustDomain: cluster-a.example',
    '    trustDomain: cluster-a.example\n    context: ⟦$(ctx)',
    'a command',
    'AXC1113',
    '$(',
    'write the value',
  ),
  at('namespace: shop', 'namespace: ⟦{{ ns }}', 'a template without quotes', 'AXC1113', '{{', 'write the value'),
  at(
    'namespace: shop',
    'namespace: ⟦{{ ns }}-prod',
    'a template that breaks the YAML',
    'AXC1113',
    '{{',
    'write the value',
  ),
  at('aegis-xc.dev/v1alpha1', '⟦aegis-xc.dev/v2', 'a newer version', 'AXC1101', 'aegis-xc.dev/v2', 'npm install -g'),
  at('aegis-xc.dev/v1alpha1', '⟦aegis-xc.dev/v1alpa1', 'a slip in the version', 'AXC1101', 'v1alpa1', 'did you mean'),
  at(
    'aegis-xc.dev/v1alpha1\nkind: Federation',
    '⟦networking.istio.io/v1\nkind: Gateway',
    'an object of Istio',
    'AXC1101',
    'kind "Gateway"',
    'a spec begins with',
  ),
  at('kind: Federation', 'kind: ⟦Mesh', 'another kind', 'AXC1101', 'kind is "Mesh"', 'a spec begins with'),
  at(
    '    consumers:\n      - cluster: cluster-a\n        namespace: shop\n        serviceAccount: frontend\n',
    '    consumers: ⟦[]\n',
    'no consumer',
    'AXC1109',
    'nobody could call',
    '',
  ),
  whole(
    valid.replace(/ {2}cluster-a:\n.*\n/, '').replace('  cluster-b:', '  ⟦cluster-b:'),
    'only one cluster',
    'AXC1109',
    'two clusters or more',
    '',
  ),
  whole('⟦just text', 'just text', 'AXC1104', 'a spec is a map', 'a minimal spec'),
  whole('⟦~', 'nothing at all', 'AXC1104', 'a spec is a map', 'a minimal spec'),
  whole('⟦- a\n- b\n', 'a list', 'AXC1104', 'a spec is a map', 'a minimal spec'),
];

const places: Row[] = [
  at('[203.0.113.20]', '[⟦169.254.169.254]', 'a metadata service', 'AXC1305', 'metadata', 'load balancer'),
  at('[203.0.113.20]', '[⟦127.0.0.1]', 'the own machine', 'AXC1305', 'loopback', 'load balancer'),
  at('[203.0.113.20]', '[⟦"::1"]', 'the own machine in IPv6', 'AXC1305', 'loopback', 'load balancer'),
  at('[203.0.113.20]', '[⟦0.0.0.0]', 'no machine', 'AXC1305', 'not an address', 'load balancer'),
  at(
    '    port:',
    '    host: ⟦kubernetes.default.svc.cluster.local\n    port:',
    'the API server',
    'AXC1306',
    'belongs to',
    'your own',
  ),
  at(
    '        serviceAccount: frontend',
    '        serviceAccount: frontend\n        allow: { paths: [⟦/a/../b] }',
    'a path with dots',
    'AXC1307',
    'normal form',
    'write /b',
  ),
  at(
    'cluster: cluster-a',
    'cluster: ⟦cluster-c',
    'an unknown cluster',
    'AXC1201',
    '"cluster-c"',
    'did you mean "cluster-a"?',
  ),
];

describe.each([
  ['the file', file],
  ['YAML', yaml],
  ['values', values],
  ['what is named', places],
])('in %s', (_, rows) => {
  test.each(rows)('$title: $code', ({ instead, text, code, says, hint }) => {
    const marked = text ?? valid.replace(...(instead ?? ['', '']));
    const { diagnostics, spec } = validateSpec({ file: 'federation.yaml', text: marked.replace('⟦', '') });
    const [finding] = diagnostics;
    expect(diagnostics.map((one) => `${one.code} ${one.message}`)).toHaveLength(1);
    expect(finding).toMatchObject({ code, severity: 'error' });
    expect(finding?.message).toContain(says);
    expect(finding?.hint ?? '').toContain(hint);
    if (marked.includes('⟦')) expect(markOf(finding?.position)).toEqual(markIn(marked));
    expect(spec).toBeUndefined();
  });
});

test('the text that the rows change is valid', () => {
  expect(validateSpec({ file: 'federation.yaml', text: valid })).toMatchObject({ diagnostics: [], spec: {} });
});

test('a missing key is marked at the map that lacks it', () => {
  const text = valid.replace('        namespace: shop\n', '').replace('    localCallers: any\n', '');
  const { diagnostics } = validateSpec({ file: 'federation.yaml', text });
  expect(diagnostics.map(({ position }) => markOf(position))).toEqual([
    { line: 11, column: 3 },
    { line: 16, column: 9 },
  ]);
});

test('a name that is close is meant, one that is not is not', () => {
  expect(didYouMean('postgress', ['postgres', 'mysql'])).toBe('did you mean "postgres"?');
  expect(didYouMean('oracle', ['postgres', 'mysql'])).toBeUndefined();
});

function markIn(marked: string): { line: number; column: number } {
  const before = marked.slice(0, marked.indexOf('⟦')).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

const markOf = (position: { line: number; column: number } | undefined) =>
  position && { line: position.line, column: position.column };
