import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigFile } from '../../../src/adapters/config/read-config-file';

describe('the configuration file', () => {
  let folder = '';
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'rampart-config-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  function read(text: string) {
    const path = join(folder, 'rampart.config.yaml');
    writeFileSync(path, text);
    return readConfigFile(path);
  }

  test('the shipped example is valid', () => {
    const { settings, report } = readConfigFile('rampart.config.yaml');
    expect(settings.promptPolicies).toHaveProperty(['support/answer']);
    expect(report.mail).not.toBeNull();
  });

  test('may be JSON', () => {
    const written = { deployment: 'json', langfuse: { baseUrl: 'https://a.example.com', secretName: 's' } };
    expect(read(JSON.stringify(written)).settings.deployment).toBe('json');
  });

  test('names every problem with its path', () => {
    expect(() => read('deployment: A\nlangfuse: { baseUrl: x }\n')).toThrow(
      /rampart\.config\.yaml: 3 problems\n {2}deployment: .*\n {2}langfuse\.baseUrl: .*\n {2}langfuse\.secretName: .*got nothing$/u,
    );
  });

  test.each([
    ['text that is no YAML', 'a: [1', /1 problem\n {2}.*line 1, column 6/u],
    ['a key that is there twice', 'deployment: a\ndeployment: b\n', /Map keys must be unique/u],
    ['nothing', '', /the file: expected an object/u],
  ])('refuses %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  test('says so when there is none', () => {
    expect(() => readConfigFile(join(folder, 'other.yaml'))).toThrow(
      expect.objectContaining({ code: 'not_found', message: expect.stringMatching(/other\.yaml: .*ENOENT/u) }),
    );
  });
});
