import { shellWord } from '../../core/shell-word';
import { isRefusal, type Finding } from './plan';

/** A finding in words, with the command that helps; '' when none does. */
export interface FindingText {
  tone: 'refused' | 'warning' | 'note';
  text: string;
  command: string;
}

/** @param prompt the prompt that it is about */
export function describeFinding(finding: Finding, prompt: string): FindingText {
  const { text, command = '' } = words(finding, shellWord(prompt));
  const isWarning = [
    'drift',
    'used',
    'rollout_running',
    'ramping_other',
    'variant_in_production',
    'tags_wait',
  ].includes(finding.kind);
  return { tone: isRefusal(finding) ? 'refused' : isWarning ? 'warning' : 'note', text, command };
}

function words(finding: Finding, name: string): { text: string; command?: string } {
  switch (finding.kind) {
    case 'quarantined':
      return {
        text: `this is what version ${finding.version} said, which was rolled back; it is refused until it is released`,
        command: `rampart release ${name} ${finding.version}`,
      };
    case 'type_changed':
      return {
        text: `Langfuse has it as ${finding.from}, the definition is ${finding.to}; a type cannot change under one name, so give it another name`,
      };
    case 'label_claimed_twice':
      return {
        text: `label ${finding.label} is claimed by ${finding.by ?? 'the base'} already; one version can hold it`,
      };
    case 'label_held_twice':
      return {
        text: `label ${finding.label} is on versions ${finding.versions.join(' and ')}; give it to one of them again in Langfuse, that takes it from the others`,
      };
    case 'production_in_labels':
      return {
        text: `label production is read as "ramp it there": the version gets ${finding.instead}, and production when it is proven safe`,
      };
    case 'latest_in_labels':
      return { text: 'label latest is left out: Langfuse keeps it on the newest version itself' };
    case 'no_production':
      return {
        text: 'no version holds production, so nothing can be ramped against; the first one is given by a person',
        command: `rampart promote ${name} --to ${finding.version} --because "first version"`,
      };
    case 'used':
      return {
        text: `version ${finding.version} had a rollout before, so a label does not start it again`,
        command: `rampart start ${name} ${finding.version}`,
      };
    case 'rollout_running':
      return {
        text: `version ${finding.version} is being rolled out; the new candidate ends that, or waits for it (policy: onNewCandidate)`,
        command: `rampart status ${name}`,
      };
    case 'ramping_other':
      return {
        text: `production says this already, and version ${finding.version} still holds ${finding.label}`,
        command: `rampart abort ${name}`,
      };
    case 'variant_in_production':
      return {
        text: `production (version ${finding.version}) is the variant ${finding.variant}; nothing is done for the base until it says the same, or is started by hand`,
      };
    case 'drift':
      return {
        text: `${finding.isProduction ? 'production' : labelled(finding.labels)} (version ${finding.version}) was made outside of git`,
        command: `rampart diff ${name} ${finding.version} local`,
      };
    case 'tags_wait':
      return {
        text: `tags are ${list(finding.from)}, the definition has ${list(finding.to)}; Langfuse takes tags with a new version only, so they wait for the next one`,
      };
  }
}

function labelled(labels: readonly string[]): string {
  return labels.length === 0 ? 'a version without a label' : `what holds ${labels.join(', ')}`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ');
}
