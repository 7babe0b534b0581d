import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { folderAlertSender, folderMailSender } from '../../adapters/local/folder-senders';
import type { Clock } from '../../core/ports';
import { jsonError, readRequest, type StandInRequest, type StandInResponse } from './exchange';
import { s3Error, startBuckets } from './s3';
import { type SentMail, sesAnswer } from './ses';
import { type PublishedAlert, snsAnswer, snsError } from './sns';
import { startQueues } from './sqs';

/*
 * One HTTP server on 127.0.0.1 that answers as SNS, SES v2, SQS and S3 do to the calls that Rampart makes through the
 * AWS SDK. Signatures are not checked. Everything is in memory and gone when it closes, except for the outbox.
 */

export type StandInService = 'sns' | 'ses' | 'sqs' | 's3';

export interface AwsStandIn {
  url: string;
  /** What a process needs to reach it through the SDK: endpoints, a region, credentials without meaning. */
  environment: Readonly<Record<string, string>>;
  readonly alerts: readonly PublishedAlert[];
  readonly mails: readonly SentMail[];
  /** Bodies of the messages waiting in a queue, by its URL. */
  waiting(queueUrl: string): string[];
  /** `BUCKET/KEY` of every object. */
  objectKeys(): string[];
  queueUrl(name: string): string;
  /** The next requests to a service fail with 503; the SDK itself tries three times. */
  failNext(service: StandInService, times: number): void;
  /** The next entries of SQS batches fail one by one. */
  failNextEntries(times: number): void;
  close(): Promise<void>;
}

/**
 * Starts the stand-in on a free port.
 * @param options `outboxDir`: alerts and mails are also written there as files; `now`: the clock of mails and queues
 */
export async function startAwsStandIn(options: { outboxDir?: string; now?: Clock } = {}): Promise<AwsStandIn> {
  const now = options.now ?? Date.now;
  const alerts: PublishedAlert[] = [];
  const mails: SentMail[] = [];
  const queues = startQueues(now);
  const buckets = startBuckets();
  const failing: Record<StandInService, number> = { sns: 0, ses: 0, sqs: 0, s3: 0 };

  const publish = async (alert: PublishedAlert) => {
    alerts.push(alert);
    if (options.outboxDir !== undefined) await folderAlertSender({ folder: options.outboxDir }).send(alert);
  };
  const deliver = async (mail: SentMail) => {
    mails.push(mail);
    if (options.outboxDir === undefined) return;
    await folderMailSender({ folder: options.outboxDir, from: mail.from, to: mail.to, now }).send(mail);
  };
  const answer = async (request: StandInRequest): Promise<StandInResponse> => {
    const service = serviceOf(request);
    if (failing[service] > 0) {
      failing[service] -= 1;
      return unavailable(service);
    }
    switch (service) {
      case 'sns':
        return snsAnswer(request, publish);
      case 'ses':
        return sesAnswer(request, deliver);
      case 'sqs':
        return queues.answer(request);
      case 's3':
        return buckets.answer(request);
    }
  };

  const { url, close } = await listen(answer);
  return {
    url,
    environment: environmentOf(url),
    alerts,
    mails,
    waiting: queues.bodies,
    objectKeys: buckets.keys,
    queueUrl: (name) => `${url}/000000000000/${name}`,
    failNext(service, times) {
      failing[service] = times;
    },
    failNextEntries: queues.failNextEntries,
    close,
  };
}

function serviceOf(request: StandInRequest): StandInService {
  if (request.headers['x-amz-target']?.startsWith('AmazonSQS.') === true) return 'sqs';
  if (request.path.startsWith('/v2/email/')) return 'ses';
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return request.method === 'POST' && isForm ? 'sns' : 's3';
}

function unavailable(service: StandInService): StandInResponse {
  switch (service) {
    case 'sns':
      return snsError(503, 'ServiceUnavailable', 'a failure was asked for');
    case 's3':
      return s3Error(503, 'ServiceUnavailable', 'a failure was asked for');
    case 'ses':
    case 'sqs':
      return jsonError(503, 'ServiceUnavailable', 'a failure was asked for');
  }
}

function environmentOf(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_SNS: url,
    AWS_ENDPOINT_URL_SESV2: url,
    AWS_ENDPOINT_URL_SQS: url,
    AWS_ENDPOINT_URL_S3: url,
    ...standInCredentials,
  };
}

/** A region and credentials that the SDK insists on and nobody checks. */
export const standInCredentials = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'stand-in',
  AWS_SECRET_ACCESS_KEY: 'stand-in',
} as const;

async function listen(
  answer: (request: StandInRequest) => Promise<StandInResponse>,
): Promise<{ url: string; close: () => Promise<void> }> {
  const handle = async (message: IncomingMessage, response: ServerResponse) => {
    try {
      const { status, headers, body } = await answer(await readRequest(message));
      response.writeHead(status, headers).end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  };
  const server = createServer((message, response) => void handle(message, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
