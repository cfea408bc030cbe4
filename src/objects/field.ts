import type { Path } from '../diagnostics.ts';
import { isJsonObject, type Json } from '../json.ts';

/**
 * A place in an object, and what stands there. Nobody has checked the object yet: a value of another type than the
 * reader wants is as good as none.
 */
export class Field {
  readonly value: Json | undefined;
  readonly path: Path;

  constructor(value: Json | undefined, path: Path = []) {
    this.value = value;
    this.path = path;
  }

  at(...keys: Path): Field {
    let value = this.value;
    for (const key of keys) value = inside(value, key);
    return new Field(value, [...this.path, ...keys]);
  }

  get isSet(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get text(): string | undefined {
    return typeof this.value === 'string' ? this.value : undefined;
  }

  get number(): number | undefined {
    return typeof this.value === 'number' ? this.value : undefined;
  }

  /** The entries of a list. */
  get items(): Field[] {
    return Array.isArray(this.value) ? this.value.map((item, index) => new Field(item, [...this.path, index])) : [];
  }

  /** The entries of a map. */
  get entries(): [string, Field][] {
    if (!isJsonObject(this.value)) return [];
    return Object.entries(this.value).map(([key, value]) => [key, new Field(value, [...this.path, key])]);
  }

  /** The entries of a list that are text. */
  get texts(): string[] {
    return this.items.flatMap(({ text }) => text ?? []);
  }

  /** The entries of a map whose values are text: labels. */
  get labels(): ReadonlyMap<string, string> {
    return new Map(this.entries.flatMap(([key, { text }]) => (text === undefined ? [] : [[key, text] as const])));
  }
}

function inside(value: Json | undefined, key: string | number): Json | undefined {
  if (typeof key === 'number') return Array.isArray(value) ? value[key] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
