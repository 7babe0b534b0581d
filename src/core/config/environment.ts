import { RampartError } from '../errors';

/**
 * The environment variables of a deployed function. The stack sets exactly these and the handlers read exactly these.
 */
export const ENVIRONMENT = {
  /** File with the baked {@link RuntimeConfig}, written by the stack. */
  configFile: 'RAMPART_CONFIG_FILE',
  /** DynamoDB table of the prompts' items. */
  table: 'RAMPART_TABLE',
  /** S3 bucket of evidence and reports. */
  bucket: 'RAMPART_BUCKET',
  /** SNS topic that alerts go to. */
  alertTopicArn: 'RAMPART_ALERT_TOPIC_ARN',
  /** SQS queue with one message per prompt to tick. */
  tickQueueUrl: 'RAMPART_TICK_QUEUE_URL',
  /** Secrets Manager id of the Langfuse keys, `{"publicKey", "secretKey"}`. */
  langfuseSecretId: 'RAMPART_LANGFUSE_SECRET_ID',
  /** Secrets Manager id of the key that unit ids are hashed with. */
  hashKeySecretId: 'RAMPART_HASH_KEY_SECRET_ID',
} as const;

/** Every variable of {@link ENVIRONMENT} with its value. */
export type Environment = Record<keyof typeof ENVIRONMENT, string>;

/** Names the variables of an environment, as a function's configuration wants them. */
export function environmentVariables(environment: Environment): Record<string, string> {
  return namedVariables(ENVIRONMENT, environment);
}

/**
 * Reads the environment back.
 * @param variables for example `process.env`
 * @throws RampartError `bad_input` naming every variable that is missing or empty
 */
export function parseEnvironment(variables: Variables): Environment {
  return readVariables(ENVIRONMENT, variables);
}

/** What a process was started with. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The values under the names of their variables. */
export function namedVariables<Key extends string>(
  names: Readonly<Record<Key, string>>,
  values: Readonly<Record<Key, string>>,
): Record<string, string> {
  return Object.fromEntries(keysOf(names).map((key) => [names[key], values[key]]));
}

/**
 * Reads the variables of a list of names.
 * @throws RampartError `bad_input` naming every variable that is missing or empty
 */
export function readVariables<Key extends string>(
  names: Readonly<Record<Key, string>>,
  variables: Variables,
): Record<Key, string> {
  const missing = keysOf(names).filter((key) => (variables[names[key]] ?? '').trim() === '');
  if (missing.length > 0) {
    const listed = missing.map((key) => names[key]).join(', ');
    throw new RampartError('bad_input', `environment: expected a value in each of ${listed}, came nothing`, {
      hint: 'The stack sets them; deploy again, or set them where the function is run by hand.',
    });
  }
  const entries = keysOf(names).map((key) => [key, variables[names[key]] ?? ''] as const);
  return Object.fromEntries(entries) as Record<Key, string>;
}

function keysOf<Key extends string>(names: Readonly<Record<Key, string>>): Key[] {
  return Object.keys(names) as Key[];
}
