#!/usr/bin/env node
import 'tsx';

await import('./rampart.ts');
