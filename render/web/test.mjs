// node test.mjs [NAME…]: tests of the page. `parts` are those of pure code, bundled for node; any other NAME is
// tests/web/NAME.test.mjs, which drives a real browser. Without a name all of them.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tests = join(dirname(fileURLToPath(import.meta.url)), '../../tests/web');
const all = readdirSync(tests).filter((name) => name.endsWith('.test.mjs')).map((name) => name.replace('.test.mjs', ''));
const names = process.argv.length > 2 ? process.argv.slice(2) : ['parts', ...all];
const unknown = names.find((name) => name !== 'parts' && !all.includes(name));
if (unknown) {
  console.error(`test.mjs: no test '${unknown}'; there are parts, ${all.join(', ')}`);
  process.exit(2);
}
const bundles = mkdtempSync(join(tmpdir(), 'page_tests_'));
if (names.includes('parts'))
  await build({
    entryPoints: readdirSync(tests).filter((name) => name.endsWith('.test.ts')).map((name) => join(tests, name)),
    outdir: bundles,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    define: { TEST_DATA: JSON.stringify(join(tests, '../data')) },
    logLevel: 'warning',
  });
const files = [...readdirSync(bundles).map((name) => join(bundles, name)),
               ...names.filter((name) => name !== 'parts').map((name) => join(tests, `${name}.test.mjs`))];
// One after the other: each has browsers and a pipeline of its own. A machine that was too busy gets a second try with
// half the pictures, and it is said.
const run = (file, env = {}) =>
  spawnSync(process.execPath, ['--test', '--test-reporter=spec', file], { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;
const outcomes = files.map((file) => {
  if (run(file) === 0) return 0;
  console.error(`test.mjs: ${file} failed; once more, a pipeline at 8 pictures/s of each source`);
  return run(file, { SCIALYTIC_LAB_RATE: '8' });
});
rmSync(bundles, { recursive: true });
process.exit(Math.max(0, ...outcomes));
