import type { Diagnostic, ObjectRef } from './diagnostics.ts';

/** The command can't go on: a sentence for the user, what to do next, and nothing was changed. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** The spec has errors; they are the message. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(`${diagnostics.length} finding(s) in the spec`);
    this.diagnostics = diagnostics;
  }
}

/** Why a cluster could not do what it was asked: what a caller switches on. */
export type ClusterReason =
  /** No connection, or no answer in time. Nothing was changed. */
  | 'unreachable'
  /** Not signed in: 401, or the credentials could not be had. */
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  /** The cluster does not know this kind. */
  | 'not-served'
  | 'namespace-missing'
  /** A create that came second. */
  | 'exists'
  /** The object has another version than the one that was read. */
  | 'changed'
  /** The object was deleted, and perhaps made again, since it was read. */
  | 'replaced'
  /** The object or its namespace is being deleted. */
  | 'terminating'
  | 'field-conflict'
  | 'invalid'
  /** An admission webhook or policy said no. */
  | 'denied-by-webhook'
  | 'too-large'
  | 'throttled'
  /** The server failed, also after the retries. */
  | 'server'
  /** What came back is not a Kubernetes answer to this request. */
  | 'unexpected-answer'
  /** A write of which nobody knows whether it was done: read and look. */
  | 'ambiguous'
  /** Somebody else is changing the federation. */
  | 'lock-held'
  /** Our lock has run out: nothing more may be written. */
  | 'lock-lost'
  | 'aborted';

/** The fields that another field manager holds. */
export interface FieldConflict {
  readonly manager: string;
  readonly fields: readonly string[];
}

export interface ClusterErrorDetails {
  readonly reason: ClusterReason;
  readonly object?: ObjectRef | undefined;
  readonly hint?: string | undefined;
  readonly conflicts?: readonly FieldConflict[];
  /** Under which the server's audit log has the request. */
  readonly auditId?: string | undefined;
  readonly cause?: unknown;
}

/** Which cluster, and what it said; many messages begin with its name themselves. */
export const clusterSentence = (cluster: string, message: string): string =>
  message.startsWith(`${cluster} `) ? message : `${cluster}: ${message}`;

/** A cluster could not be reached, or said no. `cause` is the original. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly cluster: string;
  readonly reason: ClusterReason;
  readonly object: ObjectRef | undefined;
  readonly hint: string | undefined;
  readonly conflicts: readonly FieldConflict[];
  readonly auditId: string | undefined;
  constructor(
    cluster: string,
    message: string,
    { reason, object, hint, conflicts = [], auditId, cause }: ClusterErrorDetails,
  ) {
    super(message, { cause });
    this.cluster = cluster;
    this.reason = reason;
    this.object = object;
    this.hint = hint;
    this.conflicts = conflicts;
    this.auditId = auditId;
  }
}
