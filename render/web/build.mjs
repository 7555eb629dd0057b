// node build.mjs OUTDIR: the whole page as a handful of files that any static server can give out.
import { build } from 'esbuild';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export async function buildPage(outdir) {
  await mkdir(outdir, { recursive: true });
  await build({
    entryPoints: ['page', 'worker', 'glasses', 'latency_page'].map((name) => join(here, 'src', `${name}.ts`)),
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['./glasses.js'],
    legalComments: 'inline',
    logLevel: 'warning',
  });
  for (const file of ['index.html', 'latency.html', 'style.css', 'latency.css', 'icon.svg', 'manifest.webmanifest'])
    await cp(join(here, file), join(outdir, file));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.length !== 3) {
    console.error('usage: node build.mjs OUTDIR');
    process.exit(2);
  }
  await buildPage(process.argv[2]);
}
