import { unpackLines } from '../../core/evidence/pack-journal';
import { byteSink, written } from '../../core/evidence/packed-values';
import type { JournalLine, Workspace } from '../../core/evidence/workspace';
import type { ObjectStore } from '../../core/ports';

/*
 * The journal of an experiment: objects of packed lines, each beginning with a line of JSON that names the object before it.
 */

interface Header {
  experiment: string;
  previous: string | null;
}

const END_OF_HEADER = '\n'.charCodeAt(0);

/** Stores what the journal holds as one object when that is at least `fewest` bytes. */
export async function writeJournal(work: Workspace, objects: ObjectStore, fewest: number): Promise<void> {
  const evidence = work.manifest.experiment;
  const { journal } = work;
  if (evidence === null || journal.length < fewest) return;
  const header: Header = { experiment: evidence.experimentId, previous: evidence.journal };
  const head = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const bytes = new Uint8Array(head.length + journal.length);
  bytes.set(head);
  bytes.set(written(journal), head.length);
  work.journal = byteSink(journal.length);
  evidence.journal = await objects.put('evidence', bytes);
}

/**
 * Every line of an experiment's journal, oldest first.
 * @param newest name of its newest object; null = nothing was written yet
 */
export async function* readJournal(objects: ObjectStore, newest: string | null): AsyncGenerator<JournalLine> {
  const names: string[] = [];
  for (let name = newest; name !== null;) {
    names.push(name);
    name = headerOf(await objects.get(name)).previous;
  }
  for (const name of names.reverse()) {
    const bytes = await objects.get(name);
    yield* unpackLines(bytes, bytes.indexOf(END_OF_HEADER) + 1);
  }
}

function headerOf(bytes: Uint8Array): Header {
  return JSON.parse(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(END_OF_HEADER)))) as Header;
}
