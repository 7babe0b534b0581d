import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { RampartStack, stackName } from '../../lib/rampart-stack';
import type { DeploymentConfig } from '../../src/core/config/deployment-config';

/** A resource of the template. */
export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
}

/**
 * The stack of a configuration, with the flags of cdk.json and without bundling.
 * @param checked whether the rules of AWS Solutions and of CloudFormation are run, which takes some seconds
 */
export function synthesise(config: DeploymentConfig, { checked = false } = {}) {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
  const outdir = mkdtempSync(join(tmpdir(), 'rampart-stack-'));
  outdirs.push(outdir);
  const flags = { [CLOUDFORMATION_RULES]: checked, 'aws:cdk:bundling-stacks': [] };
  const app = new App({ outdir, context: { ...context, ...flags } });
  if (checked) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stack = new RampartStack(app, stackName(config), { config });
  return { app, stack, template: Template.fromStack(stack) };
}

const outdirs: string[] = [];
afterAll(() => {
  for (const outdir of outdirs) rmSync(outdir, { recursive: true });
});

const CLOUDFORMATION_RULES = '@aws-cdk/core:validateAgainstDefaultRules';

/** The resources of a type, by logical id. */
export function resources(template: Template, type: string): [id: string, resource: Resource][] {
  return Object.entries(template.findResources(type) as Record<string, Resource>);
}

/** The only resource of a type whose logical id starts so. */
export function resource(
  template: Template,
  type: string,
  idStart = '',
): { id: string; properties: Resource['Properties'] } {
  const [found, ...more] = resources(template, type).filter(([id]) => id.startsWith(idStart));
  if (found === undefined || more.length > 0)
    throw new Error(`expected one ${type} ${idStart}*, got ${1 + more.length}`);
  return { id: found[0], properties: found[1].Properties };
}
