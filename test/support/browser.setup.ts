import type { TestProject } from 'vitest/node';
import { buildDemoApp } from '../../scripts/demo-app.ts';
import { ensurePrograms, requireProgram } from './binaries.ts';

/** Before the project `browser`: finds or installs the browser, and builds the app that it is to show. */
export default async function setup(project: TestProject): Promise<void> {
  await buildDemoApp();
  ensurePrograms('chromium');
  project.provide('chromium', requireProgram('chromium'));
}
