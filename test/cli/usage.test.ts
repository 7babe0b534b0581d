import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../src/cli/commands';
import { rampart } from './test-io';

const OUTSIDE = { cwd: '/nonexistent' };

test.each([
  [['stauts'], "expected a command, got 'stauts'; did you mean 'status'?"],
  [
    ['compare'],
    "expected one of compare start, compare show, compare stop, compare history, got 'compare'; did you mean 'compare start'?",
  ],
  [
    ['compare', 'strat', 'greeting'],
    "expected one of compare start, compare show, compare stop, compare history, got 'compare strat'; did you mean 'compare start'?",
  ],
  [
    ['compare', 'start', 'greeting', '--variants', 'a', '--metric', 'x'],
    "--variants: expected NAME=VERSION, such as a=3, got 'a'",
  ],
  [['--json', 'status'], "expected a command, got '--json'"],
  [['constructor'], "expected a command, got 'constructor'"],
  [['rollback', 'greeting', '--tp', '3'], "rampart rollback has no option --tp; did you mean '--to'?"],
  [['rollback', 'greeting', '-t'], "rampart rollback has no option -t; did you mean '--to'?"],
  [['rollback', 'greeting', '--to'], "Option '--to <value>' argument missing"],
  [['run', '--once=yes'], "Option '--once' does not take an argument"],
  [['rollback'], 'rampart rollback: expected PROMPT, got nothing'],
  [['rollback', ' '], "rampart rollback: expected PROMPT, got ' '"],
  [['release', 'greeting'], "rampart release: expected PROMPT VERSION, got 'greeting'"],
  [['release', 'greeting', 'two'], "VERSION: expected a whole number from 1, got 'two'"],
  [['rollback', 'greeting', '--to', '0'], "--to: expected a whole number from 1, got '0'"],
  [['history', 'greeting', '--limit', '1e3'], "--limit: expected a whole number from 1, got '1e3'"],
  [
    ['run', '--every', '5'],
    "--every: expected a duration of at least 100ms with its unit, such as '15m' or '5s', got '5'",
  ],
  [['run', '--json'], '--json: expected --once beside it, since a run has no end'],
  [['run', 'now'], "rampart run: expected nothing, got 'now'"],
  [['serve', '--port', '70000'], "--port: expected a number from 0 to 65535, got '70000'"],
  [['serve', '--port', ''], "--port: expected a number from 0 to 65535, got ''"],
  [['power'], 'rampart power: expected PROMPT, or --scores, --variant and --users-per-day, got no --scores'],
  [['power', 'greeting', '--variant', 'x'], "--variant: expected no PROMPT beside it, got 'greeting'"],
  [['explain', 'greeting', '--at', 'noon'], "--at: expected a time such as 2026-11-23T10:15:00Z, got 'noon'"],
  [['report', '--week', '47'], "--week: expected an ISO week such as 2026-W47, got '47'"],
])('%j is refused as usage', async (argv, message) => {
  const { exit, err } = await rampart(OUTSIDE, ...argv);
  expect({ exit, first: err.split('\n')[0] }).toEqual({ exit: 2, first: `rampart: ${message}` });
});

test('a problem is one JSON object on stdout for programs, and words on stderr', async () => {
  const ended = await rampart(OUTSIDE, 'status', '--json');
  expect(ended.exit).toBe(3);
  expect(JSON.parse(ended.out)).toEqual({
    error: {
      code: 'configuration',
      message:
        'state: expected .rampart/ in /nonexistent, --state DIR, or RAMPART_TABLE in the environment, got none of them',
      hint: expect.stringContaining('rampart run makes .rampart/'),
    },
  });
  expect(ended.err).toContain('rampart: state: expected .rampart/');
});

test('without a command the help goes to stderr and the exit code says usage', async () => {
  const { exit, out, err } = await rampart(OUTSIDE);
  expect({ exit, out }).toEqual({ exit: 2, out: '' });
  expect(err).toContain('usage: rampart COMMAND');
});

test('every command has a help that names its options, and the page of the commands has them all', async () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'cli.md'), 'utf8');
  const general = (await rampart(OUTSIDE, 'help')).out;
  for (const [name, { options, positionals }] of Object.entries(COMMANDS)) {
    const help = await rampart(OUTSIDE, name, '--help');
    expect(await rampart(OUTSIDE, 'help', name)).toEqual(help);
    expect(help.exit).toBe(0);
    expect(general).toContain(`  ${name} `);
    const words = positionals.map((word) => (word.endsWith('?') ? `[${word.slice(0, -1)}]` : word));
    expect(page).toContain(['`rampart', name, ...words].join(' '));
    for (const option of Object.keys(options)) {
      expect(help.out).toContain(`--${option}`);
      expect(page).toContain(`--${option}`);
    }
  }
});

test('the version is the package’s', async () => {
  expect((await rampart(OUTSIDE, '--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/u);
});
