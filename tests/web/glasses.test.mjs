// The session in AR glasses, worn by an emulated wearer (IWER) in a real browser.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { buildPage } from '../../render/web/build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, '../../render/web/package.json'));
const { chromium } = require('playwright-core');
const { build } = require('esbuild');

const folder = mkdtempSync(join(tmpdir(), 'glasses_'));
const pictures = process.env.GLASSES_PICTURES; // a folder for what the wearer sees
const blind = { width: 64, height: 48 }; // where only the hands matter
/** About the pixels a degree of today's headsets: what can be read there can be read here. */
const sharp = { width: 960, height: 720 };
let server;
let browser;
let page;

before(async () => {
  await buildPage(folder);
  await build({
    entryPoints: [join(here, 'glasses_rig.mjs')],
    outdir: folder,
    bundle: true,
    format: 'esm',
    external: ['./glasses.js'],
    logLevel: 'warning',
  });
  const iwer = readFileSync(require.resolve('iwer/build/iwer.min.js'));
  server = createServer(({ url }, response) => {
    const script = {
      '/iwer.js': () => iwer,
      '/rig.js': () => readFileSync(join(folder, 'glasses_rig.js')),
      '/glasses.js': () => readFileSync(join(folder, 'glasses.js')),
    }[url];
    response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
    response.end(
      script
        ? script()
        : '<!doctype html><title>rig</title><body><script src="/iwer.js"></script><script type="module" src="/rig.js"></script>',
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--enable-unsafe-swiftshader',
      '--no-first-run',
      '--disable-background-networking',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  assert.deepEqual(page?.troubles, []);
  await page?.close();
});

async function open(viewport = { width: 400, height: 300 }) {
  page = await browser.newPage({ viewport });
  page.troubles = [];
  page.on('pageerror', (error) => page.troubles.push(error.message));
  page.on('console', (message) => message.type() === 'error' && page.troubles.push(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.rig && globalThis.IWER);
}
async function wear({ additive = false, set = {}, viewport } = {}) {
  await open(viewport);
  await page.evaluate((set) => Object.assign(rig, set), set);
  await page.evaluate((kind) => rig.begin(kind), { additive, large: viewport === sharp });
  assert.equal(await page.evaluate(() => rig.enter()), '');
  await pass(500);
}
/** In frames that are far apart. */
const pass = (ms) => page.evaluate((frames) => rig.frames(frames, 250), Math.ceil(ms / 250));
const pixel = (right, up) => page.evaluate(([right, up]) => rig.pixel(rig.onBoard(right, up)), [right, up]);
const aim = (right, up, where) =>
  page.evaluate(
    async ([right, up, where]) => {
      rig.aim(rig.onBoard(right, up, where));
      await rig.frames();
    },
    [right, up, where],
  );
const trigger = (value) =>
  page.evaluate(async (value) => {
    rig.trigger(value);
    await rig.frames();
  }, value);
const same = (color, expected) => assert.ok(near(expected, color, 12), `${color} is not ${expected}`);
const near = (a, b, by) => a.every((value, i) => Math.abs(value - b[i]) <= by);

const [wide, high] = [0.9, (0.9 * 360) / 640];
/** On the board, of a place on the 640×360 canvas. */
const onCanvas = (x, y) => [(x / 640 - 0.5) * wide, (0.5 - y / 360) * high];
const bar = -high / 2 - 0.018 - 0.075;
const buttons = {
  pin: [-0.319, bar - 0.135],
  larger: [-0.038, bar - 0.135],
  draw: [0.147, bar - 0.135],
  exit: [0.37, bar - 0.135],
};
async function press(button, where) {
  await aim(...buttons[button], where);
  await trigger(1);
  await trigger(0);
}
const lastPoint = () => page.evaluate(() => rig.points.at(-1));

test('AR shows the moving picture before the wearer, the room around it, and nothing of the codes', async () => {
  await wear();
  const seen = new Set();
  for (let i = 0; i < 12; ++i) {
    const [grey, , , alpha] = await pixel(...onCanvas(60, 300));
    assert.equal(alpha, 255);
    seen.add(grey);
    await pass(100);
  }
  assert.ok(seen.size >= 3, `${[...seen]}`);
  assert.equal((await pixel(0.53, 0))[3], 0);
  const [red, green, blue] = await pixel(...onCanvas(300, 359.2));
  assert.ok(!(red > 180 && green < 80 && blue > 180), `${[red, green, blue]}`);
});

test('a picture that stops is covered, and the bar says NO SIGNAL in its colour', async () => {
  await wear();
  same(await pixel(-0.41, bar - 0.06), [62, 207, 122]);
  await page.evaluate(() => (rig.pictures = false));
  await pass(1800);
  same(await pixel(...onCanvas(60, 300)), [13, 16, 20]);
  same(await pixel(-0.41, bar - 0.06), [196, 203, 209]);
});

test('without stamps the bar says AGE UNKNOWN in amber', async () => {
  await wear({ set: { stamps: false } });
  same(await pixel(-0.43, bar + 0.06), [255, 184, 28]);
});

test('a ray on the picture points at the same place of the image, and off it at nothing', async () => {
  await wear({ viewport: blind });
  for (const [x, y, modality, image] of [
    [84, 108, 'xray', [0, 24, 336, 336]],
    [300, 340, 'xray', [0, 24, 336, 336]],
    [565, 180, 'ultrasound', [340, 24, 300, 225]],
  ]) {
    await aim(...onCanvas(x, y));
    const point = await lastPoint();
    assert.equal(point.modality, modality);
    assert.ok(Math.abs(point.x - (x - image[0]) / image[2]) < 0.02, `${point.x}`);
    assert.ok(Math.abs(point.y - (y - image[1]) / image[3]) < 0.02, `${point.y}`);
  }
  await aim(0.8, 0);
  assert.equal(await lastPoint(), null);
});

test('the board follows the head; pinned it stays in the room, and comes back', async () => {
  await wear({ viewport: blind });
  const spot = onCanvas(168, 192);
  const yaw = 0.7;
  await page.evaluate((yaw) => rig.look(yaw), yaw);
  await pass(2500);
  await aim(...spot, { yaw });
  assert.ok(Math.abs((await lastPoint()).x - 0.5) < 0.05);
  await press('pin', { yaw });
  await page.evaluate(() => rig.look(-0.5));
  await pass(1500);
  await aim(...spot, { yaw });
  assert.ok(Math.abs((await lastPoint()).x - 0.5) < 0.05, 'pinned');
  await press('pin', { yaw });
  await pass(2500);
  await aim(...spot, { yaw: -0.5 });
  assert.ok(Math.abs((await lastPoint()).x - 0.5) < 0.05, 'it has come back');
});

test('a pinch takes the board along and it turns to the wearer; + makes it larger', async () => {
  await wear({ viewport: blind });
  await aim(0, bar);
  await trigger(1);
  await aim(0, bar, { yaw: 0.4 });
  await trigger(0);
  await pass(300);
  await aim(...onCanvas(168, 192), { yaw: 0.4 });
  const point = await lastPoint();
  assert.ok(point && Math.abs(point.x - 0.5) < 0.1 && Math.abs(point.y - 0.5) < 0.1, JSON.stringify(point));
  const fromMiddle = async () => {
    await aim(...onCanvas(80, 192), { yaw: 0.4 });
    return 320 - (await lastPoint()).x * 336;
  };
  const before = await fromMiddle();
  await press('larger', { yaw: 0.4 });
  assert.ok(Math.abs((await fromMiddle()) * 1.15 - before) < 10);
});

test('a second hand stretches the board', async () => {
  await wear({ viewport: blind });
  await aim(0, bar);
  await trigger(1);
  const apart = (x) =>
    page.evaluate(async (x) => {
      rig.aim([x - 1, 1.3, 0], 'left', [x, 1.3, 0]);
      await rig.frames();
    }, x);
  await apart(-0.3);
  await page.evaluate(async () => {
    rig.trigger(1, 'left');
    await rig.frames();
  });
  await apart(-0.45);
  await page.evaluate(async () => {
    rig.trigger(0, 'left');
    rig.trigger(0);
    await rig.frames();
  });
  await aim(-0.6, 0.05);
  assert.equal((await lastPoint())?.modality, 'xray');
});

test('when DRAW is on a pinch on the picture draws a stroke', async () => {
  await wear({ viewport: blind });
  await press('draw');
  await aim(...onCanvas(100, 100));
  await trigger(1);
  for (let step = 1; step <= 10; ++step) await aim(...onCanvas(100 + step * 10, 100 + step * 8));
  await trigger(0);
  const [stroke] = await page.evaluate(() => rig.strokes);
  assert.equal(stroke.modality, 'xray');
  assert.ok(stroke.points.length >= 8 && stroke.points.length <= 256);
  assert.ok(near(stroke.points[0], [100 / 336, 76 / 336], 0.02), `${stroke.points[0]}`);
  assert.ok(near(stroke.points.at(-1), [200 / 336, 156 / 336], 0.02), `${stroke.points.at(-1)}`);
});

test('a long stroke goes out in pieces', async () => {
  await wear({ viewport: blind });
  await press('draw');
  await page.evaluate(async () => {
    const on = (i) => rig.onBoard(...[((60 + (i % 2) * 200) / 640 - 0.5) * 0.9, (0.5 - (60 + i) / 360) * 0.50625]);
    rig.aim(on(0));
    rig.trigger(1);
    for (let i = 0; i < 280; ++i) {
      rig.aim(on(i));
      await rig.frames(1);
    }
    rig.trigger(0);
    await rig.frames();
  });
  const strokes = await page.evaluate(() => rig.strokes.map(({ points }) => points.length));
  assert.ok(strokes.length === 2 && strokes[0] === 256, `${strokes}`);
});

test('an additive display starts on black, and the words shine instead of their ground', async () => {
  await wear({ additive: true });
  assert.equal(await page.evaluate(() => rig.device.activeSession.environmentBlendMode), 'additive');
  assert.ok(near((await pixel(0.53, 0)).slice(0, 3), [0, 0, 0], 0));
  assert.ok(near((await pixel(-0.43, bar - 0.04)).slice(0, 3), [0, 0, 0], 12));
  await aim(...onCanvas(84, 108));
  assert.equal((await lastPoint()).modality, 'xray');
  await aim(0.8, 0);
  assert.equal(await lastPoint(), null);
});

test('whoever may not draw has no DRAW and points at nothing', async () => {
  await wear({ viewport: blind, set: { mayDraw: false } });
  await aim(...onCanvas(84, 108));
  assert.equal(await page.evaluate(() => rig.points.length), 0);
});

test('EXIT ends it once, and it can be entered again', async () => {
  await wear();
  await press('exit');
  await page.waitForFunction(() => rig.ended === 1, null, { polling: 50 });
  assert.equal(await page.evaluate(() => rig.enter()), '');
  await page.evaluate(() => rig.frames());
  assert.equal((await pixel(...onCanvas(60, 300)))[3], 255);
  await page.evaluate(() => rig.device.activeSession.end());
  await page.waitForFunction(() => rig.ended === 2, null, { polling: 50 });
});

test('a browser without AR says so in one sentence', async () => {
  await open();
  await page.evaluate(() => Object.defineProperty(navigator, 'xr', { value: undefined }));
  assert.match(
    await page.evaluate(() => rig.enter()),
    /^This browser has no AR; open the link in the glasses’ own browser\.$/,
  );
});

test('what the wearer sees, for the eye', { skip: !pictures }, async () => {
  mkdirSync(pictures, { recursive: true });
  await wear({ viewport: sharp });
  const shot = async (name, back, fovDegrees) => {
    await page.evaluate(
      async ([back, fovDegrees]) => {
        rig.device.fovy = (fovDegrees * Math.PI) / 180;
        rig.stand(0, 1.45, back);
        await rig.frames(4);
      },
      [back, fovDegrees],
    );
    writeFileSync(join(pictures, `${name}.png`), Buffer.from(await page.evaluate(() => rig.seen()), 'base64'));
  };
  await press('pin');
  await aim(...onCanvas(150, 200));
  await shot('two_metres', 0.8, 30);
  await shot('first', 0, 44);
  await shot('arms_length', -0.6, 76);
  await page.evaluate(() => (rig.echo = false));
  await pass(700);
  await shot('echo_stale', 0.8, 30);
  await page.evaluate(() => (rig.pictures = false));
  await pass(2500);
  await shot('no_signal', 0.8, 30);
});
