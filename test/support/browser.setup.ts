import type { TestProject } from 'vitest/node';
import { ensurePrograms, requireProgram } from './binaries.ts';

/** Before the project `browser`: finds or installs the browser. */
export default function setup(project: TestProject): void {
  ensurePrograms('chromium');
  project.provide('chromium', requireProgram('chromium'));
}
