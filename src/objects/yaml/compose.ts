import { EVENT_ID, type Event, type MappingEvent, type ScalarEvent, type SequenceEvent } from 'js-yaml';
import type { Range } from '../../spec/yaml/lines.ts';
import type { Problem, Said } from '../../spec/yaml/problem.ts';
import { complexKey, duplicateKey, emptyKey, recursiveAlias, unknownAlias } from '../../spec/yaml/refusals.ts';
import { scalarRange } from '../../spec/yaml/scalars.ts';
import { type Entry, type List, type Mapping, type Node, resolved } from '../../spec/yaml/tree.ts';
import { isMergeKey, kubeKey, kubeScalar } from './scalars.ts';

export interface Composed {
  /** One, but where `...` ends a document and another one follows. */
  readonly roots: readonly Node[];
  /** Why kubectl would not read it. */
  readonly refusal?: Problem;
  /** What kubectl takes without a word, and should not be there. */
  readonly doubts: readonly Problem[];
}

/**
 * Makes trees of js-yaml's events as kubectl would, with aliases, merge keys and foreign tags. It stops at what kubectl refuses. In one
 * pass, without recursion.
 */
export function composeObjects(events: readonly Event[], text: string): Composed {
  const composer = new Composer(text);
  for (const event of events) {
    composer.take(event);
    if (composer.refusal) break;
  }
  const { roots, doubts, refusal } = composer;
  return { roots, doubts, ...(refusal && { refusal }) };
}

/** Nodes of one text, those behind aliases counted each time: far more than any file has. */
const mostNodes = 2_000_000;

interface Frame {
  readonly node: List | Mapping;
  readonly anchor: Anchor | undefined;
  readonly sizeBefore: number;
  /** The key of a map that waits for its value. */
  slot?: { readonly key: Range; readonly name: string; readonly merges: boolean } | undefined;
  /** Keys that came by a merge, and may be there again. */
  merged?: Set<string>;
}

interface Anchor {
  node?: Node;
  size: number;
}

class Composer {
  readonly roots: Node[] = [];
  readonly doubts: Problem[] = [];
  refusal: Problem | undefined;
  readonly #text: string;
  readonly #frames: Frame[] = [];
  #anchors = new Map<string, Anchor>();
  #size = 0;
  /** Where the last thing with a place ended. */
  #end = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(event: Event): void {
    if (event.type === EVENT_ID.DOCUMENT) this.#anchors = new Map();
    else if (event.type === EVENT_ID.POP) this.#close();
    else if (event.type === EVENT_ID.SCALAR) this.#scalar(event);
    else if (event.type === EVENT_ID.ALIAS) this.#alias({ start: event.anchorStart, end: event.anchorEnd });
    else this.#open(event);
  }

  #open(event: MappingEvent | SequenceEvent): void {
    const { start } = event;
    const node: List | Mapping =
      event.type === EVENT_ID.SEQUENCE
        ? { kind: 'list', start, end: start + 1, items: [] }
        : { kind: 'map', start, end: start + 1, entries: new Map() };
    this.#frames.push({ node, anchor: this.#anchorOf(event), sizeBefore: this.#size });
    this.#end = start;
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (!frame) return; // the end of the document
    if (frame.anchor) {
      frame.anchor.node = frame.node;
      frame.anchor.size = this.#size - frame.sizeBefore + 1;
    }
    this.#add(frame.node);
  }

  #scalar(event: ScalarEvent): void {
    const frame = this.#frames.at(-1);
    if (frame?.node.kind === 'map' && !frame.slot) {
      this.#key(event, frame, frame.node);
      return;
    }
    const node = kubeScalar(this.#text, event, this.#end);
    this.#end = Math.max(this.#end, node.end);
    const anchor = this.#anchorOf(event);
    if (anchor) Object.assign(anchor, { node, size: 1 });
    this.#add(node);
  }

  #key(event: ScalarEvent, frame: Frame, { entries }: Mapping): void {
    const key = scalarRange(this.#text, event, this.#end);
    const name = kubeKey(this.#text, event);
    this.#end = Math.max(this.#end, key.end);
    if (event.valueStart < 0) this.#refuse({ ...emptyKey, start: frame.node.start, end: frame.node.start + 1 });
    const merges = isMergeKey(this.#text, event);
    if (entries.has(name) && !merges && !frame.merged?.has(name)) this.doubts.push({ ...twice(name), ...key });
    frame.slot = { key, name, merges };
  }

  #alias({ start, end }: Range): void {
    const site = { start: start - 1, end };
    const target = this.#targetOf(this.#text.slice(start, end));
    this.#end = end;
    if ('code' in target) this.#refuse({ ...target, ...site });
    else this.#add({ kind: 'alias', ...site, target });
  }

  /** What an alias stands for, or why it stands for nothing. */
  #targetOf(name: string): Node | Said {
    const anchor = this.#anchors.get(name);
    if (!anchor) return unknownAlias(name, this.#anchors.keys());
    this.#size += anchor.size;
    if (this.#size > mostNodes) return tooMuch;
    return anchor.node ?? recursiveAlias(name);
  }

  #add(node: Node): void {
    this.#size++;
    const frame = this.#frames.at(-1);
    if (!frame) this.roots.push(node);
    else if (frame.node.kind === 'list') frame.node.items.push(node);
    else if (!frame.slot) this.#refuse({ ...complexKey, start: node.start, end: node.start + 1 });
    else this.#addEntry(frame.node, frame.slot, node, frame);
  }

  #addEntry({ entries }: Mapping, slot: NonNullable<Frame['slot']>, value: Node, frame: Frame): void {
    if (slot.merges) this.#merge(frame, entries, slot.key, value);
    else entries.set(slot.name, { key: slot.key, value });
    frame.slot = undefined;
  }

  /** What is merged in stands, to whoever looks for it, where the merge key does. */
  #merge(frame: Frame, entries: Map<string, Entry>, key: Range, value: Node): void {
    frame.merged ??= new Set();
    const site = { start: value.start, end: value.end };
    for (const source of mergedMaps(value)) {
      this.#size += source?.entries.size ?? 0;
      if (!source || this.#size > mostNodes) {
        this.#refuse({ ...(source ? tooMuch : mergesNoMap), ...site });
        return;
      }
      for (const [name, { value: target }] of source.entries) {
        if (entries.has(name)) continue;
        entries.set(name, { key, value: { kind: 'alias', ...site, target } });
        frame.merged.add(name);
      }
    }
  }

  #refuse(problem: Problem): void {
    this.refusal ??= problem;
  }

  #anchorOf({ anchorStart, anchorEnd }: MappingEvent | SequenceEvent | ScalarEvent): Anchor | undefined {
    if (anchorStart < 0) return undefined;
    const anchor: Anchor = { size: 0 };
    this.#anchors.set(this.#text.slice(anchorStart, anchorEnd), anchor);
    return anchor;
  }
}

/** The maps that `<<` names; undefined for what is none. */
function mergedMaps(value: Node): (Mapping | undefined)[] {
  const source = resolved(value);
  const nodes = source.kind === 'list' ? source.items.map(resolved) : [source];
  return nodes.map((node) => (node.kind === 'map' ? node : undefined));
}

const twice = (name: string): Said => ({
  ...duplicateKey(name, undefined),
  message: `the key ${JSON.stringify(name)} twice in one map: the last one counts`,
});

const mergesNoMap: Said = { code: 'AXC1011', message: 'a merge key that merges no map', hint: 'write `<<: *name`' };

const tooMuch: Said = {
  code: 'AXC1010',
  message: 'the aliases multiply the file beyond its limit',
  hint: 'write out what the aliases stand for',
};
