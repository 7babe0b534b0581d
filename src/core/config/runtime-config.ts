import { RampartError } from '../errors';
import type { DeploymentConfig } from './deployment-config';

/**
 * What of a deployment's configuration its functions read: everything but what only the stack needs. The stack writes
 * it as JSON beside the functions, so that a change of the file is a deployment like any other.
 */
export interface RuntimeConfig {
  schema: 1;
  settings: DeploymentConfig['settings'];
  langfuse: Pick<DeploymentConfig['langfuse'], 'baseUrl' | 'requestsPerMinute' | 'timeoutMs'>;
  /** `configurationSet`: what SES counts bounces by. */
  mail: { from: string; to: readonly string[]; configurationSet: string } | null;
}

/** The part of a validated configuration that the functions need. */
export function runtimeConfig(config: DeploymentConfig): RuntimeConfig {
  const { baseUrl, requestsPerMinute, timeoutMs } = config.langfuse;
  const { mail } = config.report;
  return {
    schema: 1,
    settings: config.settings,
    langfuse: { baseUrl, requestsPerMinute, timeoutMs },
    mail:
      mail === null
        ? null
        : { from: mail.from, to: mail.to, configurationSet: configurationSetName(config.settings.deployment) },
  };
}

/** The configuration set of Amazon SES under which a deployment mails. */
export function configurationSetName(deployment: string): string {
  return `Rampart-${deployment}`;
}

/**
 * Reads what {@link runtimeConfig} wrote. The values were validated when the stack was built; only the frame is checked.
 * @throws RampartError `bad_input` when the text is not JSON of schema 1
 */
export function parseRuntimeConfig(text: string): RuntimeConfig {
  const value = parseJson(text);
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (schema !== 1) {
    throw new RampartError('bad_input', `baked configuration: expected schema 1, came ${JSON.stringify(schema)}`, {
      hint: 'The function and its configuration are of different releases; deploy the stack again.',
    });
  }
  return value as RuntimeConfig;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RampartError(
      'bad_input',
      `baked configuration: expected JSON, came ${JSON.stringify(text.slice(0, 40))}`,
      {
        cause,
      },
    );
  }
}
