import type { Refusal } from '../rate-limit';
import { type ApiAnswer, isoOf } from './answer';

/** 429 as Langfuse Cloud sends it: `x-ratelimit-reset` is a date as text. */
export function rateLimited({ limit, resetMs, retryAfterSeconds }: Refusal): ApiAnswer {
  return {
    status: 429,
    headers: {
      'retry-after': String(retryAfterSeconds),
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': new Date(resetMs).toString(),
    },
    body: {
      message: 'Rate limit exceeded',
      code: 'rate_limited',
      details: { retryAfterSeconds, limit, remaining: 0, resetAt: isoOf(resetMs) },
    },
  };
}

/** An HTML page, as unknown routes and proxies answer. */
export function htmlPage(status: number, title: string): ApiAnswer {
  return {
    status,
    contentType: 'text/html; charset=utf-8',
    body: `<!DOCTYPE html><html lang="en"><head><title>${status}: ${title}</title></head><body><h1>${status}</h1></body></html>`,
  };
}

/** What the endpoints of Langfuse 3 answer on a default Langfuse 4, before the key is looked at. */
export const REMOVED: ApiAnswer = {
  status: 404,
  body: {
    message:
      'This endpoint is not available on deployments running in Langfuse v4 events_only mode. Learn more about Langfuse v4 at: https://langfuse.com/docs/v4',
  },
};
