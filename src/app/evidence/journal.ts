import type { JournalLine, Workspace } from '../../core/evidence/workspace';
import type { ObjectStore } from '../../core/ports';

/*
 * The journal of an experiment: objects of JSON lines, each beginning with a header that names the object before it.
 */

interface Header {
  experiment: string;
  previous: string | null;
}

/** Turns a batch's lines into text: held until there are enough of them, they take a fraction of the memory. */
export function holdJournal(work: Workspace): void {
  if (work.journal.length === 0) return;
  let text = '';
  for (const line of work.journal) text += `\n${JSON.stringify(line)}`;
  work.heldJournal.push(text);
  work.journal = [];
}

/** Stores the held part of the journal as one object when it has at least `fewest` characters. */
export async function writeJournal(work: Workspace, objects: ObjectStore, fewest: number): Promise<void> {
  const evidence = work.manifest.experiment;
  const length = work.heldJournal.reduce((sum, text) => sum + text.length, 0);
  if (evidence === null || length < fewest) return;
  const header: Header = { experiment: evidence.experimentId, previous: evidence.journal };
  const text = JSON.stringify(header) + work.heldJournal.join('');
  evidence.journal = await objects.put('evidence', new TextEncoder().encode(text));
  work.heldJournal = [];
}

/**
 * Every line of an experiment's journal, oldest first.
 * @param newest name of its newest object; null = nothing was written yet
 */
export async function* readJournal(objects: ObjectStore, newest: string | null): AsyncGenerator<JournalLine> {
  const names: string[] = [];
  for (let name = newest; name !== null;) {
    names.push(name);
    const [first = ''] = (await readText(objects, name)).split('\n', 1);
    name = (JSON.parse(first) as Header).previous;
  }
  for (const name of names.reverse()) {
    const [, ...lines] = (await readText(objects, name)).split('\n');
    for (const line of lines) yield JSON.parse(line) as JournalLine;
  }
}

async function readText(objects: ObjectStore, name: string): Promise<string> {
  return new TextDecoder().decode(await objects.get(name));
}
