import { keepOwnKeys } from '../../../src/prompts/pull/keep-own-keys';

const WRITTEN = '---\nname: a\nversion: 1.0.1\n---\n\nNew.\n';

const kept = (front: string, start = ''): string => keepOwnKeys(`${start}---\n${front}---\n\nOld.\n`, WRITTEN);

test('what Langfuse does not hold is kept with its comments, whatever the editor that wrote it', () => {
  const front = 'name: a\nversion: 1.0.0\ndescription: Mine # of old\ntests:\n  - name: x\n    assert: []\n';
  const expected = `---\nname: a\nversion: 1.0.1\ndescription: Mine # of old\ntests:\n  - name: x\n    assert: []\n---\n\nNew.\n`;
  expect(kept(front)).toBe(expected);
  expect(kept(front, '\uFEFF')).toBe(expected);
  expect(keepOwnKeys(`---\n${front}---\n\nOld.\n`.replaceAll('\n', '\r\n'), WRITTEN)).toBe(expected);
});

test('an alias of what is not kept is written out', () => {
  const front = 'name: a\nversion: 1.0.0\nconfig: &c\n  model: m\nvariants:\n  short:\n    config: *c\n';
  expect(kept(front)).toContain('variants:\n  short:\n    config:\n      model: m\n---');
});
