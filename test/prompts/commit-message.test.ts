import * as fc from 'fast-check';
import { readCommitMessage, writeCommitMessage } from '../../src/prompts/commit-message';

const hash = 'b'.repeat(64);
const git = { commit: 'a'.repeat(40), subject: 'Shorter answers', hasChanges: false };

test.each([
  [null, git, `v1.2.0 Shorter answers [git ${git.commit}] [sha256 ${hash}]`],
  ['concise', git, `v1.2.0 concise: Shorter answers [git ${git.commit}] [sha256 ${hash}]`],
  [null, { ...git, hasChanges: true }, `v1.2.0 Shorter answers [git ${git.commit} with changes] [sha256 ${hash}]`],
  [null, null, `v1.2.0 without git [git none] [sha256 ${hash}]`],
])('variant %s of %j', (variant, state, expected) => {
  const message = writeCommitMessage({ semver: '1.2.0', variant, hash }, state);
  expect(message).toBe(expected);
  expect(readCommitMessage(message)).toEqual({ semver: '1.2.0', commit: state?.commit ?? null, hash });
});

test('it fits into 500 characters whatever the subject is, and is read back', () => {
  const variant = fc.option(fc.stringMatching(/^[a-z0-9_.-]{1,36}$/u), { nil: null });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 1000 }), variant, (subject, name) => {
      const message = writeCommitMessage({ semver: '10.20.30', variant: name, hash }, { ...git, subject });
      expect(message.length).toBeLessThanOrEqual(500);
      expect(message).not.toMatch(/\p{Cs}/u);
      expect(readCommitMessage(message)).toEqual({ semver: '10.20.30', commit: git.commit, hash });
    }),
  );
});

test.each([null, '', 'first', 'v1.0.0 by hand', `sha256 ${hash}`, `v1.0.0 x [git none] [sha256 ${hash}] and more`])(
  '%j was not written by a deploy',
  (message) => {
    expect(readCommitMessage(message)).toBeNull();
  },
);
