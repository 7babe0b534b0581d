import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DRAWING_FILES } from '../../src/core/config/drawing-files';
import { sizeOfPng } from '../adapters/mail/png-size';
import { putPrompt } from '../app/report/controller';
import type { Hour } from '../core/report/sample';
import { startReportWorld } from './report-world';
import { runBundle } from './run-bundle';

/** Nothing of AWS, and no way out: every request by proxy ends at a closed port. */
const OFFLINE = {
  PATH: process.env['PATH'],
  HOME: tmpdir(),
  CI: 'true',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
  AWS_EC2_METADATA_DISABLED: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
};

/** A generous limit on a handler's bundle, so that a heavy import is noticed when it comes in. */
const LARGEST_BUNDLE_BYTES = 1_500_000;

const SHOW_EXPORTS = 'const m = await import(process.argv[1]); console.log(typeof m.handler, typeof m.makeHandler);';

describe('npx cdk synth', () => {
  let folder = '';
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'rampart-synth-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('yields the stack with bundled handlers, without AWS and without a network', () => {
    const cli = join('node_modules', 'aws-cdk', 'bin', 'cdk');
    const config = join(folder, 'rampart.config.yaml');
    writeFileSync(config, `${readFileSync('rampart.config.yaml', 'utf8')}\nserve: {}\n`);
    const args = [cli, 'synth', '--quiet', '--no-notices', '--output', join(folder, 'out'), '-c', `config=${config}`];
    const synth = spawnSync(process.execPath, args, { env: OFFLINE, encoding: 'utf8' });
    expect({ status: synth.status, errors: synth.status === 0 ? '' : synth.stderr }).toEqual({ status: 0, errors: '' });
    const bundles = readdirSync(join(folder, 'out'))
      .map((asset) => join(folder, 'out', asset, 'index.mjs'))
      .filter((file) => existsSync(file));
    expect(bundles).toHaveLength(5);
    for (const bundle of bundles) {
      expect(statSync(bundle).size).toBeLessThan(LARGEST_BUNDLE_BYTES);
      expect(exportsOf(bundle)).toBe('function function');
    }
  });

  test('carries what charts are drawn with, and the bundled report function mails them', async () => {
    const { wasm } = DRAWING_FILES;
    const out = join(folder, 'out');
    const carrying = readdirSync(out).filter((asset) => existsSync(join(out, asset, basename(wasm))));
    expect(carrying).toHaveLength(2);
    const bundles = carrying.map((asset) => join(out, asset, 'index.mjs'));
    const [bundle] = bundles.filter((file) => readFileSync(file, 'utf8').includes('report_succeeded'));
    const world = await startReportWorld();
    try {
      await putPrompt(world, 'support/answer', lastWeeks(Date.now()), { readTo: new Date().toISOString() });
      const { result } = await runBundle(bundle!, { schedule: 'weekly-report' }, world.environment);
      expect(result).toMatchObject({ sent: true });
      const [mail] = world.aws.mails;
      expect(mail?.configurationSet).toBe('Rampart-test');
      expect(mail?.images).toHaveLength(4);
      for (const { png } of mail!.images!) expect(sizeOfPng(png)).toEqual({ width: 624, height: 256 });
      expect(mail?.html).toContain('src="cid:prompt-0-chart-0@rampart"');
      expect(world.aws.objectKeys().filter((key) => key.includes('/documents/reports/')).length).toBe(3);
    } finally {
      await world.close();
    }
  });
});

/** Eight weeks of one version, a generation a day. */
function lastWeeks(nowMs: number): Hour[] {
  return Array.from({ length: 63 }, (_, day) => ({
    hour: new Date(nowMs - (nowMs % 3_600_000) - day * 24 * 3_600_000).toISOString(),
    version: 3,
    values: { error_rate: [0, day % 2], latency: [100 + day, 200], 'score:clarity': [4, 5], cost: [0.1] },
  }));
}

/** Loads a bundle as Lambda does, in a process of its own; nothing is configured, so nothing may be read while loading. */
function exportsOf(bundle: string): string {
  const args = ['--input-type=module', '-e', SHOW_EXPORTS, pathToFileURL(bundle).href];
  const { stdout, stderr } = spawnSync(process.execPath, args, { env: {}, encoding: 'utf8' });
  return stdout.trim() || stderr;
}
