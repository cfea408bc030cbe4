import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Json, JsonObject } from '../../src/json.ts';

/** The yaml-language-server that VS Code, Neovim, Helix and Emacs run, driven as they drive it: LSP over its standard input and output. */
export interface Editor {
  /** Opens a file with this text; `█` is the cursor. */
  open(name: string, text: string): Promise<OpenFile>;
  close(): void;
}

export interface OpenFile {
  /** Proposed at the cursor, in the order of the server. */
  complete(): Promise<readonly Proposal[]>;
  /** Shown at the cursor. */
  hover(): Promise<string>;
  /** `6: Property protocl is not allowed.`, with lines as people count them. */
  problems(): Promise<readonly string[]>;
}

export interface Proposal {
  readonly label: string;
  readonly inserts: string;
  readonly about: string;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: JsonObject;
  readonly result?: Json;
}

const program = fileURLToPath(
  new URL('../../node_modules/yaml-language-server/bin/yaml-language-server', import.meta.url),
);

export async function startEditor(folder: string): Promise<Editor> {
  const server = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const { request, notify, published } = openConnection(server);
  await request('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: {
      textDocument: {
        hover: { contentFormat: ['markdown'] },
        completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
        publishDiagnostics: {},
      },
    },
  });
  notify('initialized', {});
  return {
    open: async (name, marked) => {
      const uri = pathToFileURL(`${folder}/${name}`).href;
      const before = marked.split('█', 1)[0]?.split('\n') ?? [];
      const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
      const where = { textDocument: { uri }, position };
      const text = marked.replace('█', '');
      notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
      return {
        complete: async () => objects(objectOf(await request('textDocument/completion', where)).items).map(toProposal),
        hover: async () => String(objectOf(objectOf(await request('textDocument/hover', where)).contents).value ?? ''),
        problems: async () => objects(await published(uri)).map(toProblem),
      };
    },
    close: () => void server.kill(),
  };
}

function toProposal({ label, insertText, documentation }: JsonObject): Proposal {
  const about = typeof documentation === 'string' ? documentation : objectOf(documentation).value;
  return { label: String(label), inserts: String(insertText ?? label), about: String(about ?? '') };
}

const toProblem = ({ range, message }: JsonObject): string =>
  `${Number(objectOf(objectOf(range).start).line) + 1}: ${message}`;

/** https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#baseProtocol */
function openConnection({ stdin, stdout }: ChildProcess) {
  const waiting = new Map<number, (result: Json) => void>();
  const problems = new Map<string, PromiseWithResolvers>();
  let received = Buffer.alloc(0);
  let last = 0;

  stdout?.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const head = received.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(received.subarray(0, Math.max(0, head)).toString())?.[1]);
      if (head < 0 || received.length < head + 4 + length) return;
      handle(JSON.parse(received.subarray(head + 4, head + 4 + length).toString()));
      received = received.subarray(head + 4 + length);
    }
  });

  function handle({ id, method, params = {}, result = null }: Message): void {
    if (method === 'textDocument/publishDiagnostics') problemsOf(String(params.uri)).resolve(params.diagnostics ?? []);
    else if (id !== undefined && method === undefined) waiting.get(id)?.(result);
    // The settings of the user, of whom there is none, and questions that want no more than an answer.
    else if (id !== undefined) send({ id, result: objects(params.items).map(() => null) });
  }

  function send(message: object): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  function problemsOf(uri: string): PromiseWithResolvers {
    const known = problems.get(uri) ?? withResolvers();
    problems.set(uri, known);
    return known;
  }

  return {
    notify: (method: string, params: JsonObject) => send({ method, params }),
    request: (method: string, params: JsonObject): Promise<Json> =>
      new Promise((resolve) => {
        last += 1;
        waiting.set(last, resolve);
        send({ id: last, method, params });
      }),
    published: (uri: string): Promise<Json> => problemsOf(uri).promise,
  };
}

/** Node 22 has it. */
interface PromiseWithResolvers {
  readonly promise: Promise<Json>;
  readonly resolve: (value: Json) => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve: (value: Json) => void = () => {};
  const promise = new Promise<Json>((take) => {
    resolve = take;
  });
  return { promise, resolve };
}

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}; // Arrays are out.
const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.map(objectOf) : []);
