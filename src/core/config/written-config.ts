import * as z from 'zod';
import { show } from '../policy/problem';
import { duration, list, object, oneOf, table, text, wholeNumber } from '../policy/shape';

/*
 * The shape of `rampart.config.yaml`. The rules that need more than one value are in `config-rules.ts`; the form that the
 * stack and the controller use is `deployment-config.ts`. Policies and bounds have shapes of their own.
 */

function textLike(description: string, what: string, matches: (text: string) => boolean) {
  const error = ({ input }: { readonly input?: unknown }): string => `expected ${what}, got ${show(input)}`;
  return z.string({ error }).refine(matches, { error }).describe(description);
}

function isServerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash, username } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && `${search}${hash}${username}` === '';
}

const serverUrl = (description: string) =>
  textLike(description, "the address of a Langfuse server, such as 'https://cloud.langfuse.com'", isServerUrl);

const mailAddress = (description: string) =>
  textLike(description, "a mail address such as 'team@example.com'", (address) => z.email().safeParse(address).success);

const secretName = (description: string) =>
  textLike(description, 'the name of a secret in Secrets Manager: 1 to 512 letters, digits or any of /_+=.@-', (name) =>
    /^[\w/+=.@-]{1,512}$/u.test(name),
  );

const deploymentName = (description: string) =>
  textLike(description, 'a name of 1 to 40 lower-case letters, digits and hyphens that starts with a letter', (name) =>
    /^[a-z][a-z0-9-]{0,39}$/u.test(name),
  );

const candidateLabel = (description: string) =>
  textLike(
    description,
    "a label of 1 to 36 of a-z, 0-9, '_', '-' and '.', neither 'production' nor 'latest'",
    (label) => /^[a-z0-9_.-]{1,36}$/u.test(label) && label !== 'production' && label !== 'latest',
  );

const requestLimit = (description: string) => {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `expected a whole number from 2 to 100000, or 'unlimited', got ${show(input)}`;
  return z.union([z.int().gte(2).lte(100_000), z.literal('unlimited')], { error }).describe(description);
};

const serve = object(
  'The HTTP endpoint that says which version a user gets. Without this key there is none; `serve: {}` makes it.',
  {
    keysSecretName: secretName(
      'Secret with the JSON `{"NAME": "KEY", …}`: one key of at least 16 characters for each caller. Without it the stack makes one with a key named `default`.',
    ).exactOptional(),
    concurrency: wholeNumber(
      'Requests that are answered at the same time at most; AWS answers those beyond with 429. Without it the limit of the account holds.',
      1,
      1000,
    ).exactOptional(),
  },
);

const anything = (description: string) => z.unknown().describe(description);

const langfuse = object('The Langfuse server.', {
  baseUrl: serverUrl('Its address, without `/api`.'),
  secretName: secretName('Secret in Secrets Manager with the JSON `{"publicKey": "pk-…", "secretKey": "sk-…"}`.'),
  requestsPerMinute: requestLimit(
    'Requests a minute that the whole deployment may make; `unlimited` for a self-hosted server. Prompt reads do not count.',
  ).exactOptional(),
  timeout: duration('Longest time for one request. 1s to 1m.', { positive: true }).exactOptional(),
});

const report = object('The weekly report.', {
  timeZone: text('IANA name of the zone whose weeks are reported.', 64).exactOptional(),
  schedule: text(
    'Weekday and local time at which the week that ended is reported, such as `monday 07:00`.',
    40,
  ).exactOptional(),
  from: mailAddress('Sender. Without it the report is stored and not mailed.').exactOptional(),
  to: list('Recipients.', mailAddress('A recipient.')).exactOptional(),
  identity: oneOf(
    '`create`: the stack asks Amazon SES to verify `from`. `existing`: SES has verified the address or its domain already.',
    ['create', 'existing'],
  ).exactOptional(),
});

const limits = object('What one tick of one prompt reads at most; the next tick goes on where it stopped.', {
  observationPages: wholeNumber('Pages of up to 1000 generations.', 1, 1000).exactOptional(),
  scorePages: wholeNumber('Pages of up to 100 scores.', 1, 10_000).exactOptional(),
  lookups: wholeNumber('Requests for what belongs to a late score.', 1, 1000).exactOptional(),
});

const retention = object('How long what can be made again, or is only looked at, is kept. Whole days.', {
  evidence: duration('Rows behind the verdicts. At least 90d: longer than any rollout lasts.').exactOptional(),
  logs: duration("The functions' logs: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 or 731 days.").exactOptional(),
});

/** What is written under a prompt's name. */
export const writtenPrompt = object("A prompt's own settings.", {
  policy: anything('Policy of this prompt; its keys win over the default policy. See docs/policy.md.').exactOptional(),
});

/** The whole file. Keys are in the order of the documentation. */
export const writtenConfig = object('Configuration of a deployment.', {
  deployment: deploymentName('Name of the deployment; the stack is `Rampart-NAME`.'),
  langfuse,
  hashKeySecretName: secretName(
    'Secret whose text is the key that unit ids are hashed with. Without it the stack makes one.',
  ).exactOptional(),
  candidateLabel: candidateLabel('The label in Langfuse that starts a rollout.').exactOptional(),
  tickEvery: duration('Time between two looks at every prompt. Whole minutes, 1m to 1h.').exactOptional(),
  idleReadEvery: duration('Time between two reads of a prompt without a rollout. `tickEvery` to 24h.').exactOptional(),
  compareEvery: duration(
    'Time between two looks for comparisons that have ended, to mail them; ticks judge them. Whole minutes, 1m to 24h.',
  ).exactOptional(),
  assignmentMaxAge: duration('How long a serving app may keep using an older assignment. 1s to 1h.').exactOptional(),
  verifyDeadline: duration(
    'How long a moved label may take to be seen before that is an alert. 1m to 24h.',
  ).exactOptional(),
  policy: anything('Policy of every prompt that does not say otherwise. See docs/policy.md.').exactOptional(),
  prompts: table(
    'Settings of single prompts, by the name of the prompt.',
    anything("A prompt's own settings."),
  ).exactOptional(),
  bounds: anything(
    'Limits that no policy may loosen, see docs/policy.md; `none` for no limits. Without this key the shipped ones hold.',
  ).exactOptional(),
  alarms: table(
    'CloudWatch alarms that roll back: the name of the alarm, and the prompts whose running rollout it ends.',
    list('Prompts.', text('The name of a prompt.', 500)),
  ).exactOptional(),
  alerts: object('Who hears of alerts.', {
    emails: list(
      'Mail addresses that are subscribed to the alert topic.',
      mailAddress('An address.'),
      0,
    ).exactOptional(),
  }).exactOptional(),
  report: report.exactOptional(),
  serve: serve.exactOptional(),
  limits: limits.exactOptional(),
  retention: retention.exactOptional(),
});

export type WrittenConfig = z.infer<typeof writtenConfig>;
