import { isRampartError, RampartError } from '../../core/errors';
import type { Call } from './call';
import { isRecord, kindOf, readNumber } from './json';
import { rowsOf } from './page';

/** Most prompts that the list gives at once. */
const PROMPT_PAGE_LIMIT = 100;

/** What Langfuse's creation of a prompt takes as a label; its PATCH takes anything, so it is checked here. */
const LABEL = /^[a-z0-9_\-.]{1,36}$/u;

/**
 * One version; null when there is none. References to other prompts are left as they are: what is in them is not this
 * version, and a broken one must not matter.
 * @param parse reads the answer, given the name that was asked for
 */
export async function getVersion<Version>(
  call: Call,
  prompt: string,
  which: { label: string } | { version: number },
  parse: (body: unknown, prompt: string) => Version,
): Promise<Version | null> {
  const name = checkedName(prompt);
  const checked = 'label' in which ? { label: checkedLabel(which.label) } : { version: checkedVersion(which.version) };
  try {
    const body = await call('prompt', 'prompts', (client, options) =>
      client.prompts.get(name, { ...checked, resolve: false }, options),
    );
    return parse(body, prompt);
  } catch (error) {
    if (isRampartError(error, 'provider_not_found')) return null;
    throw error;
  }
}

/** The list of prompts, page by page. With a label, an entry tells of the versions that hold it alone. */
export async function* listEntries<Entry>(
  call: Call,
  query: { label?: string; name?: string },
  parse: (raw: unknown) => Entry,
): AsyncGenerator<Entry, void, void> {
  for (let page = 1, pages = 1; page <= pages; page++) {
    const body = await call('prompt', 'prompts', (client, options) =>
      client.prompts.list({ ...query, page, limit: PROMPT_PAGE_LIMIT }, options),
    );
    for (const raw of rowsOf(body, 'list of prompts')) yield parse(raw);
    pages = totalPages(body);
  }
}

function totalPages(body: unknown): number {
  const meta = isRecord(body) ? body['meta'] : undefined;
  const total = isRecord(meta) ? readNumber(meta['totalPages']) : undefined;
  if (typeof total === 'number') return total;
  throw new RampartError(
    'provider_bad_response',
    `Langfuse's list of prompts: expected meta.totalPages to be a number, got ${kindOf(isRecord(meta) ? meta['totalPages'] : meta)}`,
  );
}

/** An empty name would ask for the list, and `.` or `..` for another address. */
export function checkedName(prompt: string): string {
  if (!/^\.{0,2}$/u.test(prompt)) return prompt;
  throw new RampartError('bad_input', `prompt: expected a name, got ${JSON.stringify(prompt)}`);
}

/** An empty label would ask for `production`. */
export function checkedLabel(label: string): string {
  if (LABEL.test(label)) return label;
  throw new RampartError(
    'bad_input',
    `label: expected 1 to 36 of a-z, 0-9, _, - and . , got ${JSON.stringify(label.slice(0, 50))}`,
  );
}

/** Version 0 would ask for `production`. */
export function checkedVersion(version: number): number {
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new RampartError('bad_input', `version: expected a whole number from 1, got ${version}`);
  }
  return version;
}
