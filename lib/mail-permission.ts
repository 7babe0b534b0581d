import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { DeploymentConfig } from '../src/core/config/deployment-config';

type MailConfig = NonNullable<DeploymentConfig['report']['mail']>;

/** Lets a function mail, only from the configured sender. In the SES sandbox the recipients' identities are checked as well. */
export function allowMail(mailer: NodejsFunction, { from, to }: MailConfig, configurationSetArn: string): void {
  const identities = [from, domainOf(from), ...to, ...to.map(domainOf)];
  mailer.addToRolePolicy(
    new PolicyStatement({
      actions: ['ses:SendEmail', 'ses:SendRawEmail'],
      resources: [...[...new Set(identities)].map((name) => identityArn(mailer, name)), configurationSetArn],
      conditions: { StringEquals: { 'ses:FromAddress': from } },
    }),
  );
}

function identityArn(mailer: NodejsFunction, name: string): string {
  return Stack.of(mailer).formatArn({
    service: 'ses',
    resource: 'identity',
    resourceName: name,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
