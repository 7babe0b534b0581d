import { handleAlarm } from '../../../src/app/handle-alarm';
import { runCommand } from '../../../src/app/run-command';
import type { Command } from '../../../src/core/rollout/plan-command';
import type { Qualities, Quality } from './prompts';
import type { World } from './world';

/** The people around one prompt: what they do comes by chance and at any moment. */
export interface People {
  prompt: string;
  qualities: Qualities;
}

const QUALITIES: readonly Quality[] = ['worse', 'worse', 'equal', 'better'];

/** Somebody makes a version, labelled as the candidate. */
export function propose(world: World, { prompt, qualities }: People, quality: Quality): number {
  const { version } = world.data.createPrompt({ name: prompt, prompt: quality, labels: ['candidate'] }, world.nowMs());
  qualities.set(version, quality);
  world.note(`somebody proposes version ${version} of ${prompt}, which is ${quality}`);
  return version;
}

/** Perhaps somebody changes something in Langfuse. */
export function changeLangfuse(world: World, people: People): void {
  const { chance, data } = world;
  const { prompt } = people;
  const versions = data.prompts.versions(prompt).map(({ version }) => version);
  const running = world.ledger.items.get(prompt)?.rollout;
  if (versions.length === 0) return;
  if (chance.happens(0.02)) propose(world, people, chance.pick(QUALITIES));
  if (chance.happens(0.003)) moveLabel(world, prompt, chance.pick(versions), 'candidate');
  const isPromoting = running?.phase === 'promoting';
  if (running?.verification?.verifiedAtMs === null && chance.happens(0.05)) propose(world, people, 'equal');
  if (chance.happens(isPromoting ? 0.05 : 0.002)) moveLabel(world, prompt, chance.pick(versions), 'production');
  if (chance.happens(0.001) && running !== null && running !== undefined) {
    data.prompts.remove(prompt, { version: running.stable }, world.nowMs());
    world.note(`somebody deletes version ${running.stable} of ${prompt}`);
  }
}

function moveLabel(world: World, prompt: string, version: number, label: string): void {
  world.data.setLabel(prompt, version, label, world.nowMs());
  if (label === 'production') world.wish(prompt, version);
  world.note(`somebody moves ${label} of ${prompt} to version ${version}`);
}

/** Perhaps somebody gives a command, or an alarm goes off: a job that runs beside the ticks. */
export function giveCommand(world: World, { prompt }: People): (() => Promise<void>)[] {
  const { chance } = world;
  const isPromoting = world.ledger.items.get(prompt)?.rollout?.phase === 'promoting';
  if (chance.happens(isPromoting ? 0.2 : 0.004)) {
    const alarm = { name: 'errors', state: 'ALARM', changedAtMs: world.nowMs() } as const;
    return [world.job(`alarm ${prompt}`, (controller, nowMs) => handleAlarm(controller, alarm, nowMs))];
  }
  if (!chance.happens(0.04)) return [];
  const command = drawCommand(world, prompt);
  if ('toVersion' in command && command.toVersion !== null) world.wish(prompt, command.toVersion);
  const name = `${command.kind} ${prompt} ${JSON.stringify(command)}`;
  return [world.job(name, (controller, nowMs) => runCommand(controller, command, nowMs))];
}

function drawCommand(world: World, prompt: string): Command {
  const { chance, data } = world;
  const versions = data.prompts.versions(prompt).map(({ version }) => version);
  const version = versions.length === 0 ? 1 : chance.pick(versions);
  const said = { prompt, by: 'ada', because: 'I say so' };
  const kind = chance.pick(['pause', 'resume', 'resume', 'resume', 'abort', 'promote', 'rollback', 'release', 'start']);
  const toVersion = chance.happens(0.2) ? version : null;
  switch (kind) {
    case 'promote':
      return { kind, ...said, keepWatch: chance.happens(0.5), toVersion };
    case 'rollback':
      return { kind, ...said, toVersion };
    case 'release':
    case 'start':
      return { kind, ...said, version };
    case 'pause':
    case 'resume':
    case 'abort':
      return { kind, ...said };
    default:
      throw new Error(`nobody says ${kind}`);
  }
}
