import { describe, expect, test } from 'vitest';
import { compileCel } from '../../src/objects/cel/evaluate.ts';
import { kindSchemas } from '../../src/objects/schema/kinds.ts';
import type { Schema } from '../../src/objects/schema/schema.ts';

const schemas = kindSchemas.flatMap(({ schema }) => [...within(schema)]);

describe('the schemas', () => {
  test('hold the kinds that aegis-xc renders, each under its newest version', () => {
    const versions = Object.fromEntries(
      kindSchemas.map(({ group, kind, versions }) => [`${group}/${kind}`, versions[0]]),
    );
    expect(versions).toMatchObject({
      'networking.istio.io/ServiceEntry': 'v1',
      'networking.istio.io/ProxyConfig': 'v1beta1',
      'telemetry.istio.io/Telemetry': 'v1',
      'cert-manager.io/Certificate': 'v1',
      'gateway.networking.k8s.io/HTTPRoute': 'v1',
    });
  });

  test('have patterns and rules that can be evaluated', () => {
    const rules = new Set(schemas.flatMap(({ rules = [] }) => rules.map(({ rule }) => rule)));
    expect(rules.size).toBeGreaterThan(100);
    for (const rule of rules) expect(() => compileCel(rule), rule).not.toThrow();
    for (const { pattern } of schemas)
      if (pattern) expect(() => new RegExp(pattern.replaceAll('(?i)', ''))).not.toThrow();
  });
});

describe('rules in CEL', () => {
  test.each([
    ['self > 1 && self <= 3', 3, true],
    ['self > 1 && self <= 3', 4, false],
    ['!(self in ["a", "b"])', 'c', true],
    ['self.size() == 2 && size(self[0]) == 1', ['a', 'bc'], true],
    ['self.all(key, key.matches("^[a-z]+$"))', { abc: 1, de: 2 }, true],
    ['self.all(key, key.matches("^[a-z]+$"))', { abc: 1, '1': 2 }, false],
    ['self.exists_one(x, x.n == 1)', [{ n: 1 }, { n: 2 }], true],
    ['self.filter(x, x > 1).size() + self.map(x, x * 2)[0] == 4', [1, 2, 3], true],
    ['(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0) <= 1', { a: 0, b: 0 }, false],
    ['has(self.__namespace__) && self.__namespace__ == "shop"', { namespace: 'shop' }, true],
    ["duration(self) >= duration('1ms')", '0.5ms', false],
    ["duration(self) >= duration('1ms')", '1h30m', true],
    ["duration(self) >= duration('1ms')", 'soon', false],
    ['self.substring(7, 8) == "/" && self.startsWith("unix://")', 'unix:///run/a', true],
    ['url(self).getScheme() in ["http", "https"]', 'HTTPS://example.com', true],
    ['isURL(self)', 'example', false],
    [`self.matches(r"""^(?i)\\.?[a-z]+$""")`, '.ABC', true],
    ['-self + 10 % 4 == 1 || self / 2 == 3', 1, true],
  ])('%s of %j is %j', (rule, self, wanted) => {
    expect(compileCel(rule)(self)).toBe(wanted);
  });

  test('a field that is not there makes a rule fail, but for a side that decides alone', () => {
    expect(compileCel('self.a == 1')({})).toBe(false);
    expect(compileCel('self.a == 1 || true')({})).toBe(true);
    expect(compileCel('!(self.a == 1 && false)')({})).toBe(true);
  });

  test.each(['self.', 'self ==', 'self.unknown()', '(self', 'self self', '[1, 2'])('%s is no rule', (rule) => {
    expect(() => compileCel(rule)).toThrow(SyntaxError);
  });
});

function* within(schema: Schema): Generator<Schema> {
  yield schema;
  const { properties = {}, items, additionalProperties, allOf = [], anyOf = [], oneOf = [], not } = schema;
  const inner = [...Object.values(properties), items, additionalProperties, ...allOf, ...anyOf, ...oneOf, not];
  for (const one of inner) if (one) yield* within(one);
}
