import * as fc from 'fast-check';
import type { VersionBody, WholeVersion } from '../../../src/core/ports';
import { contentHash } from '../../../src/prompts/hash';
import { writeCommitMessage } from '../../../src/prompts/commit-message';
import { adoptVersion } from '../../../src/prompts/pull/adopt-version';
import { fileNameOf } from '../../../src/prompts/pull/file-name';
import { GIT } from '../project';

function version(body: VersionBody, more: Partial<WholeVersion> = {}): WholeVersion {
  return {
    prompt: 'answer',
    version: 1,
    labels: [],
    config: {},
    createdAtMs: 0,
    body,
    tags: [],
    commitMessage: null,
    ...more,
  };
}

const text = (written: string): VersionBody => ({ type: 'text', text: written });

const line = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('---', '## system', '## user', '\\## user', '{{name}}', '', '  ', 'name: x', '# title', 'a\tb', '\r'),
);
const words = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => lines.join('\n'));
const message = fc.oneof(
  fc.record({ role: fc.constantFrom('system', 'user', 'assistant', 'critic'), content: words }),
  fc.record({ placeholder: fc.stringMatching(/^[a-z]{1,8}$/u) }),
);
const body: fc.Arbitrary<VersionBody> = fc.oneof(
  words.map(text),
  fc.array(message, { minLength: 1, maxLength: 4 }).map((messages) => ({ type: 'chat' as const, messages })),
);
const config = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });

test('what is written says what the version says, to the last character, or is not written', () => {
  let written = 0;
  fc.assert(
    fc.property(body, config, fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }), (said, configured, tags) => {
      const given = version(said, { config: configured, tags });
      const adopted = adoptVersion(given, new Set(), null, 'a.md');
      if (!adopted.ok) return;
      written += 1;
      expect(contentHash(adopted.definition)).toBe(contentHash(given));
      expect(contentHash(adopted.loaded.definition)).toBe(contentHash(given));
    }),
  );
  expect(written).toBeGreaterThan(50);
});

test.each<[string, VersionBody, unknown]>([
  ['blank lines and spaces around it', text('\n  a  \n\n'), {}],
  ['something like front matter', text('---\nname: x\n---\n'), {}],
  ['something like a message', text('## system\n\nBe kind.'), {}],
  ['windows line ends', text('a\r\nb'), {}],
  ['a null in its config', text('a'), { stop: null, deep: { x: null } }],
  ['a strange role', { type: 'chat', messages: [{ role: 'the critic', content: ' x ' }] }, {}],
  ['an empty message', { type: 'chat', messages: [{ role: 'user', content: '' }] }, {}],
])('%s is kept', (_, said, configured) => {
  expect(adoptVersion(version(said, { config: configured }), new Set(), null, 'a.md')).toMatchObject({ ok: true });
});

test.each<[VersionBody, unknown, string]>([
  [text('a'), ['list'], 'its config is not an object'],
  [text(' '), {}, 'a Markdown file cannot say what it says'],
  [{ type: 'chat', messages: [{ other: { role: 'tool', content: [] } }] }, {}, 'it has messages that are neither'],
])('%j with %j is not adopted', (said, configured, reason) => {
  const adopted = adoptVersion(version(said, { config: configured }), new Set(), null, 'a.md');
  expect(adopted).toEqual({ ok: false, reason: expect.stringContaining(reason) });
});

test('variables are declared, unknown prompts are external, the version is the one that was deployed', () => {
  const said = text(
    '{{b}} {{ a }} {{b}} @@@langfusePrompt:name=tone|label=production@@@ @@@langfusePrompt:name=here|version=1@@@',
  );
  const hash = contentHash({ body: said, config: {} });
  const commitMessage = writeCommitMessage({ semver: '2.3.4', variant: null, hash }, GIT);
  const adopted = adoptVersion(version(said, { commitMessage }), new Set(['here']), null, 'a.md');
  expect(adopted).toMatchObject({ definition: { variables: ['b', 'a'], external: ['tone'], semver: '2.3.4' } });
  expect(adoptVersion(version(said), new Set(), null, 'a.md')).toMatchObject({ definition: { semver: '1.0.0' } });
});

test('file names are safe and never the same', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { maxLength: 12 }), (names) => {
      const taken = new Set<string>();
      for (const name of names) {
        const file = fileNameOf(name, taken);
        expect(taken.has(file.toLowerCase())).toBe(false);
        expect(file).not.toMatch(/(^|\/)\.|\/\/|^\/|(^|\/)(variants|configs|node_modules)\/|(^|\/)readme\.md$/iu);
        taken.add(file.toLowerCase());
      }
    }),
  );
});
