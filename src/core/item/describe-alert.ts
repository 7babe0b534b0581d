import type { AlertMessage } from '../ports';
import type { OutboxEntry, PromptItem } from './prompt-item';
import { shellWord } from '../shell-word';

type AlertEntry = Extract<OutboxEntry, { kind: 'alert' }>;

/** What each alert is called and what to do about it; `{…}` are facts of the alert. */
const TEXTS: Record<string, { title: string; todo: string }> = {
  started: { title: 'Rollout started', todo: 'Nothing to do. Watch it with: rampart status {prompt}' },
  promoted: { title: 'Promoted', todo: 'Nothing to do. The watch goes on; proven harm still moves production back.' },
  rolled_back: {
    title: 'ROLLED BACK',
    todo: 'Everyone gets version {to}. Version {candidate} is quarantined; fix it in a new version.',
  },
  rolled_back_to: { title: 'Rolled back by hand', todo: 'Production goes to version {to}.' },
  aborted: { title: 'Rollout ended without a decision', todo: 'See: rampart history {prompt}' },
  no_production: {
    title: 'Candidate waits: nothing is in production',
    todo: 'Give the prompt its first production version: rampart promote {prompt} --to {candidate} --because "first version"',
  },
  candidate_is_production: {
    title: 'Candidate is already in production',
    todo: 'Nothing starts. Label another version as the candidate.',
  },
  candidate_used: {
    title: 'Candidate does not start: a label starts a version once',
    todo: 'Version {candidate} was tried or in production before. Start it by hand: rampart release {prompt} {candidate}, then rampart start {prompt} {candidate}',
  },
  production_quarantined: {
    title: 'Production was moved to a version that had been rolled back',
    todo: 'Somebody moved the label by hand; it is served. If that was a mistake: rampart rollback {prompt} --to {expected}',
  },
  label_contested: {
    title: 'Two versions hold one label',
    todo: 'Give {label} to one of the versions {versions} again in Langfuse; that takes it from the other.',
  },
  comparison_started: {
    title: 'Comparison started',
    todo: 'Nothing to do. Watch it with: rampart compare show {prompt}',
  },
  variant_dropped: {
    title: 'HARMFUL VARIANT TAKEN OUT',
    todo: 'Its users get version {to}; version {candidate} is quarantined. The other variants go on.',
  },
  comparison_ended: {
    title: 'Comparison ended',
    todo: 'Everyone gets version {to}. See: rampart compare show {prompt}',
  },
  candidate_waits: {
    title: 'Candidate waits for the end of a comparison',
    todo: 'Version {candidate} starts when it has ended, at the latest at {until}. Sooner: rampart compare stop {prompt} --because "..."',
  },
  handover_refused: {
    title: 'The winner of a comparison was not handed over',
    todo: 'See the reason. Start it by hand: rampart start {prompt} {candidate}',
  },
  policy_refused: { title: 'Candidate refused: its policy is not valid', todo: 'Fix config.rollout in a new version.' },
  held_no_data: { title: 'Held: no data', todo: 'Is the app linking the prompt, and asking which version to serve?' },
  held_late_data: { title: 'Held: data is late', todo: 'Is Langfuse ingesting? Is the request budget too small?' },
  held_provider_error: { title: 'Held: Langfuse cannot be read', todo: 'Check Langfuse and its keys: rampart doctor' },
  held_inconclusive: {
    title: 'Held: not proven safe yet',
    todo: 'Wait, or decide: rampart promote {prompt} --because "..." or rampart abort {prompt}',
  },
  held_data_fault: { title: 'Held: the data is at fault', todo: 'See the reason; nothing is promoted on such data.' },
  held_both_arms_broken: {
    title: 'Held: both versions are past their limit',
    todo: 'This looks like an outage, not like the candidate.',
  },
  held_stable_missing: {
    title: 'FROZEN: the stable version is gone',
    todo: 'Name a version to go back to: rampart rollback {prompt} --to VERSION',
  },
  held_too_long: {
    title: 'Held too long',
    todo: 'Decide: rampart promote {prompt} --because "..." or rampart abort {prompt}',
  },
  paused_by_deadline: { title: 'Paused: a deadline passed', todo: 'When it is mended: rampart resume {prompt}' },
  harm_after_promotion_by_hand: {
    title: 'HARM PROVEN after a promotion by hand',
    todo: 'Nothing is rolled back by itself. Decide: rampart rollback {prompt} --because "..."',
  },
  harm_while_frozen: {
    title: 'HARM PROVEN, and the stable version is gone',
    todo: 'Nothing is moved by itself. Name a version to go back to: rampart rollback {prompt} --to VERSION',
  },
  rollback_unverified: {
    title: 'ROLLBACK NOT VERIFIED',
    todo: 'production is still not on version {expected}; move the label in Langfuse by hand.',
  },
  promotion_unverified: {
    title: 'Promotion not verified',
    todo: 'production is still not on version {expected}; check Langfuse.',
  },
  merged: { title: 'More alerts than could be kept', todo: 'See: rampart history {prompt}' },
};

/** The kinds of alerts there are; a test holds that every one that is raised has a text. */
export const ALERT_KINDS: readonly string[] = Object.keys(TEXTS);

/** The message for people: made when it is sent, from ids and numbers. */
export function describeAlert(deployment: string, item: PromptItem, entry: AlertEntry): AlertMessage {
  const text = TEXTS[entry.alert] ?? { title: entry.alert, todo: '' };
  // The texts name the prompt in commands only.
  const facts: AlertEntry['detail'] = { ...entry.detail, prompt: shellWord(item.prompt) };
  const fill = (template: string): string =>
    template.replaceAll(/\{(\w+)\}/gu, (_, key: string) => String(facts[key] ?? '?'));
  const lines = [
    `${text.title}: ${item.prompt}`,
    '',
    ...Object.entries(entry.detail)
      .filter(([, value]) => value !== null && value !== '')
      .map(([key, value]) => `${key}: ${String(value)}`),
    '',
    fill(text.todo),
    '',
    `deployment: ${deployment}`,
    `at: ${new Date(entry.atMs).toISOString()}`,
    ...(entry.rolloutId === null ? [] : [`rollout: ${entry.rolloutId}`]),
    `message: ${entry.id}`,
  ];
  return {
    id: entry.id,
    subject: alertSubject(`[${deployment}] ${text.title}: ${item.prompt}`),
    text: lines.join('\n'),
    attributes: {
      alert: entry.alert,
      severity: entry.severity,
      prompt: item.prompt,
      rollout: entry.rolloutId ?? '',
    },
  };
}

/** A subject is one line, in any language; a channel that takes less makes it fit. */
export function alertSubject(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ');
}
