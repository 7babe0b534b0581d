import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { DeploymentConfig } from '../../core/config/deployment-config';
import { parseConfig } from '../../core/config/parse-config';
import { RampartError } from '../../core/errors';

/**
 * Reads and validates a deployment's configuration file (YAML, of which JSON is a part).
 * @param complete fills in what the file may leave out where it is read, before anything is validated
 * @throws RampartError `not_found` when there is no such file; `bad_input` naming every problem of its text or its values
 */
export function readConfigFile(
  path: string,
  complete: (written: unknown) => unknown = (written) => written,
): DeploymentConfig {
  const parsed = parseConfig(complete(readYamlFile(path)));
  if (parsed.ok) return parsed.config;
  throw invalid(
    path,
    parsed.problems.map(({ path: where, message }) => `${where === '' ? 'the file' : where}: ${message}`),
  );
}

/**
 * What a file of YAML or JSON holds.
 * @throws RampartError `not_found` when there is no such file; `bad_input` with every problem of its text
 */
export function readYamlFile(path: string): unknown {
  return valueOf(path, textOf(path));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    throw new RampartError('not_found', `configuration ${path}: expected a readable file, got ${String(code)}`, {
      cause,
      hint: 'rampart.config.yaml in the repository is an example to copy; name another file with `--config FILE` (rampart) or `-c config=FILE` (cdk).',
    });
  }
}

function valueOf(path: string, text: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const problems = [...document.errors, ...document.warnings].map(({ message }) => message.trim());
  if (problems.length > 0) throw invalid(path, problems);
  return document.toJS() as unknown;
}

function invalid(path: string, problems: readonly string[]): RampartError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new RampartError('bad_input', [`configuration ${path}: ${count}`, ...problems].join('\n  '), {
    hint: 'docs/configuration.md says what each key takes.',
  });
}
