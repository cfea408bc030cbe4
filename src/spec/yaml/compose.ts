import { EVENT_ID, type Event, getScalarValue, type MappingEvent, type ScalarEvent, type SequenceEvent } from 'js-yaml';
import type { Path } from '../../diagnostics.ts';
import { type Anchor, Anchors } from './anchors.ts';
import { type Lines, overlapping, type Range } from './lines.ts';
import { type Problem, type Said, secondDocument } from './problem.ts';
import {
  aliasBomb,
  complexKey,
  duplicateKey,
  emptyKey,
  refusedKey,
  refusedTag,
  tooManyAliases,
  tooManyKeys,
} from './refusals.ts';
import { scalarNode, scalarProblem, scalarRange, templateProblem } from './scalars.ts';
import { limits } from './scan.ts';
import type { List, Mapping, Node, Scalar } from './tree.ts';

export interface Composed {
  /** Not there when the document is empty. */
  readonly root?: Node;
  readonly problems: readonly Problem[];
  /** A limit was met: what is there is only a part, and not worth looking at. */
  readonly truncated: boolean;
  /** Values that are not what was meant; nothing more is to be said about them. */
  readonly spoiled: readonly Path[];
  /** Maps that lack a key which is in the text. */
  readonly incomplete: readonly Path[];
  /** Values of which there are two: the first is taken, and nothing is concluded from it. */
  readonly doubtful: readonly Path[];
}

export interface ComposeContext {
  readonly text: string;
  readonly lines: Lines;
  /** Places of which something is said already; sorted. What stands there is spoiled. */
  readonly reported: readonly Range[];
}

/**
 * Makes a tree of js-yaml's events, and goes on where `load` would stop: what it refuses leaves a problem behind and is
 * left out. In one pass, without recursion.
 */
export function compose(events: readonly Event[], context: ComposeContext): Composed {
  const composer = new Composer(context);
  for (const event of events) composer.take(event);
  return composer.result();
}

/** A map or list that is still open. */
interface Frame {
  readonly node: List | Mapping;
  readonly anchor: Anchor | undefined;
  readonly sizeBefore: number;
  /** The key of a map that waits for its value; without a name the value is dropped. */
  slot?: { readonly key: Range; readonly name?: string } | undefined;
}

const limitMessages = new Set([tooManyKeys, tooManyAliases, aliasBomb].map(({ message }) => message));

class Composer {
  readonly #text: string;
  readonly #lines: Lines;
  readonly #reported: readonly Range[];
  readonly #problems: Problem[] = [];
  readonly #spoiled: Path[] = [];
  readonly #incomplete: Path[] = [];
  readonly #doubtful: Path[] = [];
  readonly #frames: Frame[] = [];
  readonly #anchors = new Anchors();
  #root: Node | undefined;
  #truncated = false;
  #documents = 0;
  /** Nodes so far, those behind aliases counted each time. */
  #size = 0;
  /** Where the last thing with a place ended. */
  #end = 0;

  constructor({ text, lines, reported }: ComposeContext) {
    this.#text = text;
    this.#lines = lines;
    this.#reported = reported;
  }

  result(): Composed {
    return {
      ...(this.#root && { root: this.#root }),
      problems: this.#problems,
      truncated: this.#truncated,
      spoiled: this.#spoiled,
      incomplete: this.#incomplete,
      doubtful: this.#doubtful,
    };
  }

  take(event: Event): void {
    if (this.#truncated) return;
    if (event.type === EVENT_ID.DOCUMENT) this.#documents++;
    else if (this.#documents > 1) this.#furtherDocument(event);
    else if (event.type === EVENT_ID.POP) this.#close();
    else if (event.type === EVENT_ID.SCALAR) this.#scalar(event);
    else if (event.type === EVENT_ID.ALIAS) this.#alias(event.anchorStart, event.anchorEnd);
    else this.#open(event);
  }

  /** `---` was seen by the scan; this one follows `...`. */
  #furtherDocument(event: Event): void {
    if (this.#documents > 2 || !('start' in event)) return;
    this.#documents = 3;
    this.#report({ ...secondDocument, start: event.start, end: event.start + 1 });
  }

  #open(event: MappingEvent | SequenceEvent): void {
    const { start } = event;
    const opening = this.#slice(start, 2);
    const end = start + (opening === '[]' || opening === '{}' ? 2 : 1);
    const node: List | Mapping =
      event.type === EVENT_ID.SEQUENCE
        ? { kind: 'list', start, end, items: [] }
        : { kind: 'map', start, end, entries: new Map() };
    this.#refuseTag(event);
    this.#frames.push({ node, anchor: this.#anchorOf(event), sizeBefore: this.#size });
    this.#end = start;
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (!frame) return;
    if (frame.anchor) {
      frame.anchor.node = frame.node;
      frame.anchor.size = this.#size - frame.sizeBefore + 1;
    }
    this.#add(frame.node);
  }

  #scalar(event: ScalarEvent): void {
    const frame = this.#frames.at(-1);
    if (frame?.node.kind === 'map' && !frame.slot) this.#key(event, frame, frame.node);
    else this.#value(event);
  }

  #value(event: ScalarEvent): void {
    const node = this.#placed(scalarNode(this.#text, event, this.#end));
    this.#end = Math.max(this.#end, node.end);
    const anchor = this.#anchorOf(event);
    if (anchor) Object.assign(anchor, { node, size: 1 });
    if (overlapping(this.#reported, node)) {
      this.#spoilValue();
    } else if (!this.#refuseTag(event)) {
      const problem = scalarProblem(this.#text, event, node);
      if (problem) this.#spoil({ ...problem, start: node.start, end: node.end });
    }
    this.#add(node);
  }

  /** An empty entry of a list has no place of its own: its "-" will do. */
  #placed(node: Scalar): Scalar {
    if (node.start >= 0 || this.#frames.at(-1)?.node.kind !== 'list') return node;
    const dash = this.#text.indexOf('-', this.#end);
    return dash < 0 ? node : { ...node, start: dash, end: dash + 1 };
  }

  #key(event: ScalarEvent, frame: Frame, map: Mapping): void {
    const key = scalarRange(this.#text, event, this.#end);
    const name = getScalarValue(this.#text, event);
    this.#end = Math.max(this.#end, key.end);
    if (overlapping(this.#reported, key)) {
      this.#incomplete.push(this.#path());
      frame.slot = { key };
      return;
    }
    const problem = this.#keyProblem(name, event, map);
    if (problem) this.#dropKey({ ...problem, ...key, at: [...this.#path(), name], mark: 'key' });
    frame.slot = problem ? { key } : { key, name };
  }

  #keyProblem(name: string, event: ScalarEvent, map: Mapping): Said | undefined {
    if (event.tagStart >= 0) return refusedTag(this.#slice(event.tagStart, event.tagEnd - event.tagStart));
    if (event.valueStart < 0) return emptyKey;
    const first = map.entries.get(name);
    if (first) {
      const line = this.#lines.lineOf(first.key.start);
      return duplicateKey(name, line === this.#lines.lineOf(event.valueStart) ? undefined : line);
    }
    return map.entries.size >= limits.keysPerMap ? tooManyKeys : refusedKey(name);
  }

  #dropKey(problem: Problem & { readonly at: Path }): void {
    if (problem.code === 'AXC1004') this.#doubtful.push(problem.at);
    else this.#incomplete.push(this.#path());
    this.#report(problem);
  }

  #alias(anchorStart: number, end: number): void {
    const name = this.#slice(anchorStart, end - anchorStart);
    const site = { start: anchorStart - 1, end };
    const target = this.#anchors.resolve(name, this.#size);
    this.#end = end;
    if ('node' in target) {
      this.#size += target.size;
      this.#add({ kind: 'alias', ...site, target: target.node });
    } else {
      this.#spoil({ ...target, ...site });
      this.#add({ kind: 'scalar', ...site, value: null });
    }
  }

  #add(node: Node): void {
    this.#size++;
    const frame = this.#frames.at(-1);
    if (!frame) {
      this.#root ??= node;
    } else if (frame.node.kind === 'list') {
      frame.node.items.push(node);
    } else if (!frame.slot) {
      this.#complexKey(node, frame);
    } else {
      const { key, name } = frame.slot;
      if (name !== undefined) frame.node.entries.set(name, { key, value: node });
      frame.slot = undefined;
    }
  }

  /** `{{ name }}` is, to YAML, a map whose key is a map. */
  #complexKey(node: Node, frame: Frame): void {
    const { start } = frame.node;
    const template = this.#slice(start, 2) === '{{' ? templateProblem('{{') : undefined;
    if (template) this.#spoil({ ...template, start, end: Math.max(start + 2, this.#end) });
    else this.#report({ ...complexKey, start: node.start, end: node.end, at: this.#path() });
    this.#incomplete.push(this.#path());
    frame.slot = { key: node };
  }

  #refuseTag(event: ScalarEvent | MappingEvent | SequenceEvent): boolean {
    if (event.tagStart < 0) return false;
    const range = { start: event.tagStart, end: event.tagEnd };
    this.#spoil({ ...refusedTag(this.#slice(range.start, range.end - range.start)), ...range });
    return true;
  }

  /** Of a place where something is reported already nothing more is said: it may be a secret. */
  #spoil(problem: Problem): void {
    if (!overlapping(this.#reported, problem)) this.#report({ ...problem, at: this.#path() });
    this.#spoilValue();
  }

  /** What stands below a key that is dropped spoils nothing. */
  #spoilValue(): void {
    const dropped = this.#frames.some(({ slot }) => slot !== undefined && slot.name === undefined);
    if (!dropped) this.#spoiled.push(this.#path());
  }

  /** At a limit the rest is not looked at. Where nearly everything is wrong, the first thousand findings will do. */
  #report(problem: Problem): void {
    this.#problems.push(problem);
    this.#truncated = limitMessages.has(problem.message) || this.#problems.length === limits.findings;
  }

  #path(): Path {
    const path: (string | number)[] = [];
    for (const { node, slot } of this.#frames) {
      const step = node.kind === 'list' ? node.items.length : slot?.name;
      if (step === undefined) break;
      path.push(step);
    }
    return path;
  }

  #anchorOf({ anchorStart, anchorEnd }: MappingEvent | SequenceEvent | ScalarEvent): Anchor | undefined {
    return anchorStart < 0 ? undefined : this.#anchors.mark(this.#slice(anchorStart, anchorEnd - anchorStart));
  }

  #slice(start: number, length: number): string {
    return this.#text.slice(start, start + length);
  }
}
