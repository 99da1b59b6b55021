import type { Problem } from '@/api/types';
import { sentenceOf } from '@/lib/words';

/** An answer that is not a success; its message is the server's words as a sentence. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(sentenceOf(problem.detail || problem.title));
    this.name = 'ApiError';
  }
  get status(): number {
    return this.problem.status;
  }
  get code(): string {
    return this.problem.code;
  }
}

/** No answer came: the line is down, or the server is. */
export class NoAnswer extends Error {
  constructor() {
    super('No answer from the server.');
    this.name = 'NoAnswer';
  }
}

let csrfToken: string | undefined;
let onSignedOut: () => void = () => undefined;

/** The token that goes with every request that changes something. */
export function setCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

export function csrf(): string | undefined {
  return csrfToken;
}

/** Called when the server says that nobody is signed in. */
export function setSignedOutHandler(handler: () => void): void {
  onSignedOut = handler;
}

/** A new idempotency key: one for each act, and the same for every retry of it. */
export function newKey(): string {
  return crypto.randomUUID();
}

type Options = {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** The idempotency key; every POST has one. */
  key?: string;
  ifMatch?: string;
  signal?: AbortSignal | undefined;
  /** A 401 is an answer here, not the end of the session. */
  quiet?: boolean;
};

export type Answer<T> = { data: T; etag: string | null };

/** Asks the server; throws `ApiError` or `NoAnswer`. */
export async function request<T>(path: string, options: Options = {}): Promise<Answer<T>> {
  const method = options.method ?? 'GET';
  const headers = new Headers({ Accept: 'application/json' });
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');
  if (method === 'POST') headers.set('Idempotency-Key', options.key ?? newKey());
  if (method !== 'GET' && csrfToken) headers.set('X-CSRF-Token', csrfToken);
  if (options.ifMatch) headers.set('If-Match', options.ifMatch);
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new NoAnswer();
  }
  if (!response.ok) {
    const problem = await readProblem(response);
    if (response.status === 401 && !options.quiet) onSignedOut();
    throw new ApiError(problem);
  }
  const text = await response.text();
  return { data: (text ? JSON.parse(text) : undefined) as T, etag: response.headers.get('ETag') };
}

async function readProblem(response: Response): Promise<Problem> {
  const fallback: Problem = {
    type: 'about:blank',
    title: response.statusText || `HTTP ${String(response.status)}`,
    status: response.status,
    detail: '',
    code: `http_${String(response.status)}`,
    correlation_id: response.headers.get('X-Correlation-Id') ?? '',
  };
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>), status: response.status };
  } catch {
    return fallback;
  }
}

/** Asks and gives the body alone. */
export async function ask<T>(path: string, options: Options = {}): Promise<T> {
  return (await request<T>(path, options)).data;
}

/** May the same act be tried again with the same key? */
export function isPassing(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof ApiError && isPassingStatus(error.status));
}

/** Of an answer's status; none is 0. */
export function isPassingStatus(status: number): boolean {
  return status === 0 || status >= 500 || status === 429 || status === 408;
}
