import fs, { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../src/prompts/write-file';
import { newFolder, removeFolders } from './prompts-folder';

afterAll(removeFolders);
afterEach(() => jest.restoreAllMocks());

/** The next file that is written gets half of its text, and the disk is full. */
function fillDisk(): void {
  const { writeFileSync: write } = fs;
  jest.spyOn(fs, 'writeFileSync').mockImplementationOnce((path, text, options) => {
    write(path, (text as string).slice(0, 2), options);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
}

test('a full disk keeps what was there and leaves nothing behind', () => {
  const folder = newFolder();
  const path = join(folder, 'lock.json');
  writeFileSync(path, 'before');
  fillDisk();
  expect(() => writeWhole(path, 'after')).toThrow(`${path}: expected a file that can be written, got ENOSPC`);
  expect(readFileSync(path, 'utf8')).toBe('before');
  fillDisk();
  const other = join(folder, 'new.md');
  expect(() => writeWhole(other, 'text', { isNew: true })).toThrow(`${other}: expected a file that can be written`);
  expect(readdirSync(folder)).toEqual(['lock.json']);
});

test('a new file replaces none; another keeps its mode and stays a link', () => {
  const folder = newFolder();
  const path = join(folder, 'hooks/pre-commit');
  writeWhole(path, 'one', { mode: 0o755 });
  expect(() => writeWhole(path, 'two', { isNew: true })).toThrow('got EEXIST');
  symlinkSync(path, join(folder, 'link'));
  writeWhole(join(folder, 'link'), 'three');
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['three', 0o755]);
});

test('what is in the way is said with its path', () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'a.md'));
  expect(() => writeWhole(join(folder, 'a.md'), 'x')).toThrow(/a\.md: expected a file that can be written, got E/u);
  writeFileSync(join(folder, 'b'), '');
  expect(() => writeWhole(join(folder, 'b/c.md'), 'x')).toThrow(/c\.md: expected a file that can be written, got E/u);
  expect(readdirSync(folder)).toEqual(['a.md', 'b']);
});
