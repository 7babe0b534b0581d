import { folderPromptStore } from '../../../src/adapters/local/folder-prompt-store';
import { sampleItem } from '../../contracts/sample-item';

/*
 * Writes revision after revision of one prompt into the folder given as argument, and prints each one after it was
 * written, until it is killed.
 */
async function writeForever(folder: string): Promise<void> {
  const store = folderPromptStore({ folder });
  for (let revision = ((await store.read('greeting'))?.revision ?? 0) + 1; ; revision++) {
    await store.write(sampleItem('greeting', revision, { said: ['x'.repeat(50_000)] }));
    process.stdout.write(`${revision}\n`);
  }
}

void writeForever(process.argv[2]!);
