import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

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
});

/** Loads a bundle as Lambda does, in a process of its own; nothing is configured, so nothing may be read while loading. */
function exportsOf(bundle: string): string {
  const args = ['--input-type=module', '-e', SHOW_EXPORTS, pathToFileURL(bundle).href];
  const { stdout, stderr } = spawnSync(process.execPath, args, { env: {}, encoding: 'utf8' });
  return stdout.trim() || stderr;
}
