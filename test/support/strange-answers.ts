import type { Fault } from './fault-proxy.ts';

/** A Status as an API server says no with it. */
export const statusText = (code: number, reason: string): string =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason });

const html = { 'content-type': 'text/html' };

export interface StrangeAnswer {
  readonly title: string;
  readonly fault: Fault;
  /** What becomes of a run of which one write gets it. */
  readonly end: 'done' | 'rolled-back';
  /** What is said about it. */
  readonly why: RegExp;
}

/** An answer to one write that is lost, or no answer to it: the outcome of the run has to be the true one. */
export const strangeAnswers: readonly StrangeAnswer[] = [
  { title: 'cut after it was done', fault: { kind: 'cut', when: 'after' }, end: 'done', why: /^$/ },
  { title: 'cut before it was done', fault: { kind: 'cut', when: 'before' }, end: 'done', why: /^$/ },
  { title: 'cut short', fault: { kind: 'truncate', when: 'after' }, end: 'done', why: /^$/ },
  {
    title: 'a 504',
    fault: { kind: 'answer', when: 'after', status: 504, body: statusText(504, 'Timeout') },
    end: 'done',
    why: /^$/,
  },
  {
    title: 'a 429 that says when to come again',
    fault: {
      kind: 'answer',
      when: 'before',
      status: 429,
      body: statusText(429, 'TooManyRequests'),
      headers: { 'retry-after': '0' },
    },
    end: 'done',
    why: /^$/,
  },
  {
    title: 'a page in HTML',
    fault: { kind: 'answer', when: 'after', status: 200, body: '<html>sign in</html>', headers: html },
    end: 'done',
    why: /^$/,
  },
  {
    title: 'a page in HTML instead of the write',
    fault: { kind: 'answer', when: 'before', status: 502, body: '<html>bad gateway</html>', headers: html },
    end: 'done',
    why: /^$/,
  },
  {
    title: 'a redirect',
    fault: {
      kind: 'answer',
      when: 'before',
      status: 302,
      body: '',
      headers: { location: 'https://elsewhere.example/' },
    },
    end: 'rolled-back',
    why: /sends us on to https:\/\/elsewhere\.example/,
  },
  {
    title: 'a 403',
    fault: { kind: 'answer', when: 'before', status: 403, body: statusText(403, 'Forbidden') },
    end: 'rolled-back',
    why: /does not allow it/,
  },
  {
    title: 'a 422',
    fault: { kind: 'answer', when: 'before', status: 422, body: statusText(422, 'Invalid') },
    end: 'rolled-back',
    why: /refuses/,
  },
];
