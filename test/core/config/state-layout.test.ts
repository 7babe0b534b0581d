import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { s3DocumentStore } from '../../../src/adapters/aws/s3-document-store';
import { BUCKET_FOLDERS } from '../../../src/core/config/state-layout';

/** What both sides must agree on, since neither imports the other. */
describe('the stack and the adapters', () => {
  test('mean the same folders of the bucket', async () => {
    const folders: readonly string[] = [...BUCKET_FOLDERS.expiring, ...BUCKET_FOLDERS.lasting];
    const used = sourceFiles('src/app').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/objects\.put\('([^']+)'/gu)].map((match) => match[1]),
    );
    expect(used.length).toBeGreaterThan(0);
    for (const folder of used) expect(folders).toContain(folder);
    expect(folders).toContain(await documentFolder());
  });
});

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** The folder that the document store writes to, seen from the request it sends. */
async function documentFolder(): Promise<string> {
  let key = '';
  const client = {
    send(command: { input: { Key: string } }) {
      key = command.input.Key;
      return Promise.resolve({});
    },
  };
  const store = s3DocumentStore({ client: client as never, bucket: 'any' });
  await store.putDocument('report', '{}', { contentType: 'application/json', ifAbsent: false });
  return key.split('/')[0] ?? '';
}
