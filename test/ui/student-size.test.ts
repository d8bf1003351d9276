// The pupil's page as it was built: small enough for a slow school network, and fit for a strict content security policy.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STUDENT_SCRIPT_BUDGET_BYTES, firstLoadGzipBytes } from '../../scripts/student-size.ts';

const OUT = join(import.meta.dirname, '../../out');

test('the pupil’s page loads no more script until tasks are shown than its budget', () => {
  const sizeBytes = firstLoadGzipBytes(join(OUT, 'student'));
  expect(sizeBytes).toBeGreaterThan(0);
  expect(sizeBytes).toBeLessThanOrEqual(STUDENT_SCRIPT_BUDGET_BYTES);
});

test.each(['student', 'renderer'])('the built %s page has no inline script and only relative addresses', (page) => {
  const html = readFileSync(join(OUT, page, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)];
  expect(scripts.length).toBeGreaterThan(0);
  for (const [, attributes = '', body = ''] of scripts) {
    expect(attributes).toMatch(/src="\.\//);
    expect(body.trim()).toBe('');
  }
  expect(html).not.toMatch(/\son\w+=/);
});
