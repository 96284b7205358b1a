import type { TestProject } from 'vitest/node';
import { buildDemoApp } from '../../scripts/demo-app.ts';
import { ensurePrograms, requireProgram } from './binaries.ts';

/** Global setup of the project `browser`: builds the demo app, and finds or installs the browser. */
export default async function setup(project: TestProject): Promise<void> {
  await buildDemoApp();
  ensurePrograms('chromium-headless-shell');
  project.provide('chromium', requireProgram('chromium-headless-shell'));
}
