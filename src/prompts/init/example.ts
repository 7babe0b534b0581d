/** The files that a new prompts folder starts with, by path inside it. */
export const EXAMPLE_FILES: Readonly<Record<string, string>> = {
  'configs/default.yaml': `# The model that prompts share; a prompt takes it with \`extends: default\`.
config:
  model: gpt-5-mini
  temperature: 0.2
# USD per million tokens, for \`maxCostUsd\` in test cases.
prices:
  input: 0.25
  output: 2
`,
  'greeting.md': `---
name: greeting
version: 1.0.0
description: Greets a visitor by name.
extends: default
variables: [name]
tests:
  - name: greets by name
    variables: { name: Ada }
    assert:
      - contains: Ada
      - maxCharacters: 200
---

Greet {{name}} in one friendly sentence.
`,
};
