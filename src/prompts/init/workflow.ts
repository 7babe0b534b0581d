import { shellWord } from '../../core/shell-word';

/** What the workflow is made for. */
export interface WorkflowSettings {
  /** Shell words that run `rampart`. */
  rampart: string;
  /** True when the repository installs it with `npm ci`. */
  isInstalled: boolean;
  /** Branch whose pushes are deployed. */
  branch: string;
  /** Folder of the app inside the repository, such as `apps/bot/`; empty for its top. */
  prefix: string;
  /** The prompts folder, from there. */
  prompts: string;
}

export const WORKFLOW_FILE = '.github/workflows/prompts.yml';

/** Third-party actions by commit, so that a moved tag changes nothing. */
const CHECKOUT = 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2';
const SETUP_NODE = 'actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0';

/** Marks the plan's comment, so that a later run replaces it. */
const COMMENT_MARK = '<!-- rampart plan -->';

/** The workflow of GitHub Actions: validates and plans pull requests, tests and deploys what is pushed. */
export function workflowText(settings: WorkflowSettings): string {
  const { prefix, prompts, branch } = settings;
  const paths = [`${prefix}${prompts}/**`, WORKFLOW_FILE].map((path) => `      - ${yamlText(path)}`).join('\n');
  const defaults =
    prefix === '' ? '' : `\ndefaults:\n  run:\n    working-directory: ${yamlText(prefix.replace(/\/$/u, ''))}\n`;
  const option = prompts === 'prompts' ? '' : ` --prompts ${shellWord(prompts)}`;
  return `# Written by \`rampart init\`; yours to change.
# Secrets: LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY, OPENAI_API_KEY. Variables: LANGFUSE_BASE_URL, OPENAI_BASE_URL.
name: prompts

on:
  pull_request:
    paths:
${paths}
  push:
    branches: [${yamlText(branch)}]
    paths:
${paths}

permissions: {}

# One run at a time: of a pull request the newest, of a branch one after the other, so that a deploy is never cut off.
concurrency:
  group: prompts-\${{ github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}
${defaults}
env:
  RAMPART: ${settings.rampart}

jobs:
  validate:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
${setup(settings, true)}
      - name: Validate against the base of the pull request
        env:
          BASE: \${{ github.event.pull_request.base.sha }}
        run: $RAMPART validate${option} --against "$BASE"

  plan:
    needs: validate
    # A pull request from a fork has no secrets and may not comment.
    if: github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read
      pull-requests: write
    steps:
${setup(settings, true)}
      - name: Plan
        env:
${LANGFUSE_ENV}
        run: |
          echo '${COMMENT_MARK}' > "$RUNNER_TEMP/plan.md"
          $RAMPART plan${option} --markdown | tee -a "$RUNNER_TEMP/plan.md" >> "$GITHUB_STEP_SUMMARY"
        # A plan that refuses something ends with a failure, and is shown all the same.
        shell: bash
      - name: Comment
        if: \${{ !cancelled() }}
        env:
          GH_TOKEN: \${{ github.token }}
          COMMENTS: repos/\${{ github.repository }}/issues/\${{ github.event.pull_request.number }}/comments
        run: |
          if [ "$(wc -l < "$RUNNER_TEMP/plan.md")" -lt 2 ]; then
            echo 'The plan could not be made: see the run.' >> "$RUNNER_TEMP/plan.md"
          fi
          comment=$(gh api --paginate "$COMMENTS" --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("${COMMENT_MARK}"))) | .url' | head -n 1)
          if [ -n "$comment" ]; then
            gh api --method PATCH "$comment" --field body=@"$RUNNER_TEMP/plan.md" --silent
          else
            gh api --method POST "$COMMENTS" --field body=@"$RUNNER_TEMP/plan.md" --silent
          fi

  test:
    if: github.event_name == 'push'
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      contents: read
    steps:
${setup(settings, false)}
      - name: Test
        env:
          OPENAI_API_KEY: \${{ secrets.OPENAI_API_KEY }}
          OPENAI_BASE_URL: \${{ vars.OPENAI_BASE_URL }}
        run: $RAMPART test${option} --markdown >> "$GITHUB_STEP_SUMMARY"

  deploy:
    needs: test
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    permissions:
      contents: read
    steps:
${setup(settings, true)}
      - name: Deploy
        env:
${LANGFUSE_ENV}
        run: $RAMPART deploy${option}
`;
}

const LANGFUSE_ENV = [
  'LANGFUSE_PUBLIC_KEY: ${{ secrets.LANGFUSE_PUBLIC_KEY }}',
  'LANGFUSE_SECRET_KEY: ${{ secrets.LANGFUSE_SECRET_KEY }}',
  'LANGFUSE_BASE_URL: ${{ vars.LANGFUSE_BASE_URL }}',
]
  .map((line) => `          ${line}`)
  .join('\n');

function setup({ isInstalled }: WorkflowSettings, withHistory: boolean): string {
  const steps = [
    `- uses: ${CHECKOUT}`,
    '  with:',
    '    persist-credentials: false',
    ...(withHistory ? ['    fetch-depth: 0'] : []),
    `- uses: ${SETUP_NODE}`,
    '  with:',
    '    node-version: 22',
    ...(isInstalled ? ['- run: npm ci'] : []),
  ];
  return steps.map((line) => `      ${line}`).join('\n');
}

/** A text in YAML, in quotes where it needs them. */
function yamlText(text: string): string {
  return /^[\w./-]+$/u.test(text) && !/^[\d.-]/u.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
