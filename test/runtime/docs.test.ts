import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'serving.md'), 'utf8');

/** The first column of the table under a head. */
function firstColumn(head: string): string[] {
  const [, after = ''] = page.split(`\n${head}\n`);
  const rows = after.split('\n').slice(1);
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(0, end).flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)`/gu)].map((match) => match[1]!));
}

function source(name: string): string {
  return readFileSync(join(ROOT, 'src', 'runtime', name), 'utf8');
}

/** The members of a union of texts. */
function membersOf(type: string): string[] {
  const [, after = ''] = source('resolution.ts').split(`export type ${type} =`);
  return [...after.split(';')[0]!.matchAll(/'(\w+)'/gu)].map((match) => match[1]!);
}

test('docs/serving.md names every reason and every error code', () => {
  expect(membersOf('Reason').length).toBeGreaterThan(5);
  expect(firstColumn('| reason | who gets what |').sort()).toEqual(membersOf('Reason').sort());
  expect(firstColumn('| errorCode | what was wrong |').sort()).toEqual(membersOf('ErrorCode').sort());
});

test('docs/serving.md names every option', () => {
  const [, after = ''] = source('router-options.ts').split('export interface RouterOptions');
  const options = [...after.split('\n}')[0]!.matchAll(/^ {2}(\w+)\??:/gmu)].map((match) => match[1]!);
  expect(options).toContain('refreshMs');
  expect(firstColumn('| option | default | |').sort()).toEqual(options.sort());
});
