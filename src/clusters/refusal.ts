import { ClusterError, type ClusterErrorDetails, type ClusterReason, type FieldConflict } from '../errors.ts';
import { isWrite, type Purpose, type Where } from './purpose.ts';
import { type Cause, type Status, statusOf } from './status.ts';
import type { HttpAnswer } from './transport.ts';

/** The error that an answer stands for: what, why, and what to do. */
export function refusal(answer: HttpAnswer, purpose: Purpose, where: Where): ClusterError {
  const status = statusOf(answer);
  const facts: Facts = { answer, status, purpose, where, said: said(status, answer) };
  for (const meaning of meanings) {
    const meant = meaning(facts);
    if (meant !== undefined) return clusterError(meant, facts);
  }
  return clusterError(unexpected(facts), facts);
}

interface Facts {
  readonly answer: HttpAnswer;
  readonly status: Status;
  readonly purpose: Purpose;
  readonly where: Where;
  /** The server's own words, without what we know anyway. */
  readonly said: string;
}

interface Meant {
  readonly reason: ClusterReason;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly field?: string | undefined;
  readonly conflicts?: readonly FieldConflict[];
}

type Meaning = (facts: Facts) => Meant | undefined;

function clusterError({ message, field, ...meant }: Meant, { answer, purpose, where }: Facts): ClusterError {
  const auditId = answer.headers['audit-id'];
  const object = purpose.object && { ...purpose.object, ...(field ? { field } : {}) };
  const details: ClusterErrorDetails = { ...meant, object, auditId: typeof auditId === 'string' ? auditId : undefined };
  return new ClusterError(where.cluster, message, details);
}

const notSignedIn: Meaning = ({ status, where: { cluster, context } }) =>
  status.code === 401
    ? {
        reason: 'unauthorized',
        message: `${cluster} does not accept the credentials of the context "${context}".`,
        hint: `They may have expired. Sign in again; "kubectl --context ${context} auth whoami" shows whether it worked.`,
      }
    : undefined;

/** A webhook's 400 has no reason; a policy's denial is a 422 or 403. */
const deniedByAdmission: Meaning = ({ status, purpose, where }) => {
  const [, webhook, why] = /admission webhook "([^"]+)" denied the request: ?([\s\S]*)/.exec(status.message) ?? [];
  const [, policy, rule] =
    /ValidatingAdmissionPolicy '([^']+)'.* denied request: ?([\s\S]*)/.exec(status.message) ?? [];
  if (webhook === undefined && policy === undefined) return undefined;
  const who = webhook === undefined ? `The policy ${policy}` : `The webhook ${webhook}`;
  return {
    reason: 'denied-by-webhook',
    message: `${who} in ${where.cluster} refuses ${purpose.subject}: ${(why ?? rule ?? '').trim()}`,
  };
};

const beingDeleted: Meaning = ({ status, purpose, where }) =>
  status.causes.some(({ reason }) => reason === 'NamespaceTerminating')
    ? {
        reason: 'terminating',
        message: `The namespace of ${purpose.subject} in ${where.cluster} is being deleted.`,
        hint: 'Wait until it is gone, and make it again.',
      }
    : undefined;

const forbidden: Meaning = ({ status, said, where }) =>
  status.code === 403
    ? {
        reason: 'forbidden',
        message: `${where.cluster} does not allow it: ${said}.`,
        hint: said.includes('system:anonymous')
          ? `The context "${where.context}" has no credentials.`
          : `The user of the context "${where.context}" needs this permission; \`aegis-xc rbac\` prints all that a spec needs.`,
      }
    : undefined;

const notThere: Meaning = ({ status, purpose, where }) => {
  if (status.code !== 404) return undefined;
  const { about } = status;
  if (about.kind === 'namespaces' && purpose.resource?.plural !== 'namespaces') {
    return {
      reason: 'namespace-missing',
      message: `The namespace ${about.name} of ${purpose.subject} does not exist in ${where.cluster}.`,
      hint: `kubectl --context ${where.context} create namespace ${about.name}`,
    };
  }
  if (about.name !== '')
    return { reason: 'not-found', message: `${purpose.subject} does not exist in ${where.cluster}.` };
  const kind = purpose.resource ? `${purpose.resource.apiVersion} ${purpose.resource.kind}` : purpose.subject;
  return {
    reason: 'not-served',
    message: `${where.cluster} does not know ${kind}.`,
    hint: 'Istio or cert-manager is missing there, or older than this needs.',
  };
};

/** Two kinds of 409: about fields (with causes) and about the version. */
const fieldConflict: Meaning = ({ status, purpose, where }) => {
  const causes = status.causes.filter(({ reason }) => reason === 'FieldManagerConflict');
  if (causes.length === 0) return undefined;
  const conflicts = conflictsOf(causes);
  const list = conflicts.map(({ manager, fields }) => `${fields.join(', ')} (${manager})`).join('; ');
  return {
    reason: 'field-conflict',
    conflicts,
    message: `Somebody else manages fields of ${purpose.subject} in ${where.cluster}: ${list}.`,
    hint: '"plan" shows both values. Undo that change, or let its owner give the fields up.',
  };
};

/** The manager's name is only in the text: `conflict with "kubectl-edit" using networking.istio.io/v1`. */
function conflictsOf(causes: readonly Cause[]): FieldConflict[] {
  const fields = new Map<string, string[]>();
  for (const { message, field } of causes) {
    const manager = /conflict with "(.*?)"/.exec(message)?.[1] ?? 'unknown';
    fields.set(manager, [...(fields.get(manager) ?? []), field.replace(/^\./, '')]);
  }
  return [...fields].map(([manager, list]) => ({ manager, fields: list }));
}

/** A wrong uid is a 409 or, with the right version, a 422. */
const replaced: Meaning = ({ status, purpose, where }) =>
  (status.code === 409 && /uid mismatch|UID in the precondition|UID in precondition/.test(status.message)) ||
  (status.code === 422 && status.causes.some(({ field }) => field === 'metadata.uid'))
    ? {
        reason: 'replaced',
        message: `${purpose.subject} in ${where.cluster} was deleted, and perhaps made again, since it was read.`,
        hint: 'Somebody else works on it. Look, then run the command again.',
      }
    : undefined;

const conflict: Meaning = ({ status, purpose, where }) => {
  if (status.code !== 409) return undefined;
  return purpose.verb === 'create'
    ? {
        reason: 'exists',
        message: `${purpose.subject} exists in ${where.cluster} already.`,
        hint: 'Somebody made it in the meantime. Run the command again.',
      }
    : {
        reason: 'changed',
        message: `${purpose.subject} in ${where.cluster} was changed since it was read.`,
        hint: 'Somebody else works on it. Run the command again.',
      };
};

const tooLarge: Meaning = ({ status, purpose, where, said }) =>
  status.code === 413 || /request is too large|ResourceExhausted|may not be more than \d+ bytes/.test(status.message)
    ? { reason: 'too-large', message: `${purpose.subject} is too large for ${where.cluster}: ${said}.` }
    : undefined;

/** Many client errors come as a 500 without a reason: unknown fields, wrong types. They are final, and about our object. */
const invalid: Meaning = ({ status, purpose, where, said }) => {
  const isOurs = [400, 422].includes(status.code) || (status.code === 500 && isWrite(purpose));
  if (!isOurs || !status.isStatus || status.reason === 'InternalError') return undefined;
  const unknown = /^\.?(\S+): field not declared in schema$/.exec(said)?.[1];
  if (unknown === undefined) {
    const field =
      status.causes.find(({ field }) => field !== '' && field !== '<nil>')?.field ?? /^\.(\S+):/.exec(said)?.[1];
    return {
      reason: 'invalid',
      field,
      message: `${where.cluster} refuses ${purpose.subject}: ${said.replace(/^\./, '')}.`,
    };
  }
  return {
    reason: 'invalid',
    field: unknown,
    message: `${where.cluster} refuses ${purpose.subject}: its ${purpose.resource?.apiVersion ?? 'kind'} has no field ${unknown}.`,
    hint: 'The CRDs of that cluster are probably older than this needs.',
  };
};

const throttled: Meaning = ({ status, where, purpose }) =>
  status.code === 429
    ? {
        reason: 'throttled',
        message: `${where.cluster} has too much to do and did not take ${purpose.subject} after several tries.`,
        hint: 'Try again later.',
      }
    : undefined;

const failed: Meaning = ({ status, said, purpose, where }) => {
  if (status.code < 500) return undefined;
  const webhook = /failed calling webhook "([^"]+)"/.exec(status.message)?.[1];
  return {
    reason: 'server',
    message: `${where.cluster} failed (${status.code}) on ${purpose.subject}: ${said}.`,
    hint: webhook ? `The service behind the webhook ${webhook} does not answer.` : undefined,
  };
};

/** In this order: the first one that fits. */
const meanings: readonly Meaning[] = [
  notSignedIn,
  deniedByAdmission,
  beingDeleted,
  forbidden,
  notThere,
  fieldConflict,
  replaced,
  conflict,
  tooLarge,
  invalid,
  throttled,
  failed,
];

function unexpected({ answer, where, said }: Facts): Meant {
  const to = redirectTarget(answer);
  return {
    reason: 'unexpected-answer',
    message: to
      ? `${where.cluster} (${where.server}) sends us on to ${to}, which an API server does not do.`
      : `${where.cluster} (${where.server}) does not answer as an API server does: ${answer.status} ${said}.`,
    hint: `Is the server of the context "${where.context}" right? A sign-in page or a proxy may stand before it.`,
  };
}

/** Its origin only: the rest may hold a token. */
function redirectTarget({ status, headers }: HttpAnswer): string | undefined {
  if (status < 300 || status > 399 || headers.location === undefined) return undefined;
  return URL.canParse(headers.location) ? new URL(headers.location).origin : 'another place';
}

const longest = 1000;

function said({ isStatus, message, causes, code }: Status, { headers }: HttpAnswer): string {
  if (!isStatus || message === '') return `(${headers['content-type'] ?? 'no content type'})`;
  const ours = causes.filter(({ field, message }) => field !== '<nil>' && message !== '' && code === 422);
  const text = ours.length > 0 ? unique(ours.map(({ field, message }) => `${field}: ${message}`)).join('; ') : message;
  return text
    .replace(/^failed to create typed patch object \([^)]*\): /, '')
    .replace(/^.* is forbidden: /, '')
    .replace(/^Internal error occurred: /, '')
    .replace(/[.\s]+$/, '')
    .slice(0, longest);
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
