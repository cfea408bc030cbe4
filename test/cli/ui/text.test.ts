import { describe, expect, test } from 'vitest';
import { table } from '../../../src/cli/ui/table.ts';
import { count, visible, width } from '../../../src/cli/ui/text.ts';

describe('width', () => {
  test.each([
    ['letters take one column', 'orders-db', 9],
    ['East Asian letters take two', '注文db', 6],
    ['an emoji takes two, with all that it is made of', '👩‍🚀', 2],
    ['a combined accent takes none of its own', 'e\u0301te\u0301', 3],
    ['colour takes none', '\u001B[31mdenied\u001B[39m', 6],
  ])('%s', (_, text, columns) => {
    expect(width(text)).toBe(columns);
  });
});

describe('visible', () => {
  test.each([
    ['an escape sequence', '\u001B[2Jgone', '�[2Jgone'],
    ['a carriage return and a backspace', 'safe\r\bevil', 'safe��evil'],
    ['a tab, in one column', '\tkey', '→key'],
    ['a mark that turns the direction of text', 'abc\u202Edef', 'abc�def'],
    ['half a surrogate pair', '\uD800', '�'],
    ['nothing of plain text', 'naïve 注文 👩‍🚀', 'naïve 注文 👩‍🚀'],
  ])('shows %s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});

test('count has the plural', () => {
  expect([count(0, 'object'), count(1, 'object'), count(2, 'object'), count(2, 'entry', 'entries')]).toEqual([
    '0 objects',
    '1 object',
    '2 objects',
    '2 entries',
  ]);
});

test('a table has columns as wide as their widest cell', () => {
  const rows = [
    ['cluster-a', '\u001B[32mready\u001B[39m', '3'],
    ['注文', 'not ready', ''],
  ];
  expect(table(['CLUSTER', 'STATE', 'OBJECTS'], rows)).toBe(
    ['CLUSTER     STATE       OBJECTS', 'cluster-a   \u001B[32mready\u001B[39m       3', '注文        not ready'].join(
      '\n',
    ),
  );
});
