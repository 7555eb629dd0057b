// The whole page in a real browser, against a share without a room.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { buildPage } from '../../render/web/build.mjs';
import { startMock, startRoom } from './mock_share.mjs';

const require = createRequire(join(dirname(fileURLToPath(import.meta.url)), '../../render/web/package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core'), 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'page_'));
const all = {
  echo: true,
  xray: true,
  beam: true,
  content: true,
  clock: true,
  stamps: true,
  pictures: true,
  layout: 'fused',
  registration: 'registered',
};
let mock;
let room;
const pages = [];

before(async () => {
  await buildPage(folder);
  mock = await startMock(folder);
  room = await startRoom(mock, chromium);
});
after(async () => {
  await room?.browser.close();
  mock?.stop();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  await room.set(all);
});

async function open(hash, prepare) {
  const page = await room.context.newPage();
  pages.push(page);
  page.troubles = [];
  page.on('pageerror', (error) => page.troubles.push(error.message));
  page.on('console', (message) => message.type() === 'error' && page.troubles.push(message.text()));
  await page.setViewportSize({ width: 1366, height: 768 });
  if (prepare) await page.addInitScript(prepare);
  await page.goto(mock.url + hash);
  return page;
}
async function join_(role, prepare) {
  const page = await open(`#${role}`, prepare);
  await page.fill('#name', 'Ada');
  await page.click('button.main');
  await page.waitForFunction(() => scialytic.states().session === 'joined');
  return page;
}
const states = (page) => page.evaluate(() => scialytic.states());
const shows = (page, modality, words) =>
  page.waitForFunction(
    ([modality, words]) => words.includes(scialytic.states().modality?.[modality].state),
    [modality, words],
    { timeout: 30_000 },
  );
const live = async (page) => {
  await shows(page, 'ultrasound', ['live', 'late']);
  await shows(page, 'xray', ['live', 'late']);
};
/** Of the overlay above the middle of a modality's image: 0 lets the picture through, 255 hides it. */
const cover = (page, modality, down) =>
  page.evaluate(
    ([modality, down]) => {
      const canvas = document.getElementById('overlay');
      const { image } = scialytic.stamp().sources.find(({ header }) => header.modality === modality);
      const scale = canvas.width / scialytic.stamp().canvas.width;
      return canvas
        .getContext('2d')
        .getImageData((image.x + image.width / 4) * scale, (image.y + image.height * down) * scale, 1, 1).data[3];
    },
    [modality, down],
  );
async function serious(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

test('without a link one is told to get one', async () => {
  const page = await open('');
  assert.match(await page.textContent('#door'), /You need a link/);
  assert.match(await page.textContent('#door'), /not a medical device/);
});

test('a link that is not valid any more is refused in words', async () => {
  const page = await open('#gone');
  await page.fill('#name', 'Ada');
  await page.click('button.main');
  await page.waitForSelector('text=This link has expired.');
});

test('the page joins under its content policy, shows the picture, and judges it by its stamps', async () => {
  const page = await join_('colleague');
  assert.equal(new URL(page.url()).hash, '');
  await live(page);
  await page.waitForFunction(
    () => scialytic.figures().codes.agree >= 10 && scialytic.figures().latency.xray?.capturedToPresented?.count > 20,
  );
  const figures = await page.evaluate(() => scialytic.figures());
  assert.equal(figures.codes.disagree, 0);
  assert.equal(figures.codes.unreadable, 0);
  assert.ok(figures.clock.boundUs < 20_000, `${figures.clock.boundUs}`);
  assert.ok(figures.latency.xray.capturedToPresented.p50Us > 12_000);
  await page.waitForFunction(() => scialytic.states().fusion.trusted);
  await live(page);
  assert.equal(await cover(page, 'ultrasound', 0.5), 0);
  assert.deepEqual(page.troubles, []);
});

test('a source that dies is covered in its pane, the other one stays, and the overlay goes', async () => {
  const page = await join_('viewer');
  await live(page);
  await room.set({ echo: false });
  await page.waitForFunction(() => /X-RAY (LIVE|LATE), ECHO (NOT LIVE|NO SIGNAL), OVERLAY HIDDEN/.test(scialytic.states().said));
  await page.waitForTimeout(150);
  assert.ok((await cover(page, 'ultrasound', 0.5)) > 200);
  await shows(page, 'ultrasound', ['lost']);
  await page.waitForTimeout(150);
  assert.equal(await cover(page, 'ultrasound', 0.2), 255);
  await room.set({ echo: true });
  await shows(page, 'ultrasound', ['live', 'late']);
});

test('when pictures stop the page says so by itself', async () => {
  const page = await join_('viewer');
  await live(page);
  await room.set({ pictures: false });
  await shows(page, 'xray', ['lost']);
  await page.waitForTimeout(150);
  assert.match(await page.textContent('#states'), /X-RAY NO SIGNAL, ECHO NO SIGNAL/);
  assert.equal(await cover(page, 'xray', 0.2), 255);
});

test('beam off, content that stands still, and a clock that is unknown have their words', async () => {
  const page = await join_('viewer');
  await live(page);
  await room.set({ beam: false });
  await shows(page, 'xray', ['xray_off']);
  await room.set({ beam: true, content: false });
  await shows(page, 'ultrasound', ['still']);
  await room.set({ content: true, clock: false });
  await page.waitForFunction(() => scialytic.states().modality.ultrasound.why === 'its clock is unknown');
  await shows(page, 'ultrasound', ['stale']);
});

test('a browser that cannot read stamps says AGE UNKNOWN, and never LIVE', async () => {
  const page = await join_('viewer', () => {
    delete globalThis.RTCRtpScriptTransform;
    delete RTCRtpReceiver.prototype.createEncodedStreams;
  });
  await page.waitForFunction(() => document.querySelector('video').videoWidth > 0);
  await page.waitForFunction(() => document.getElementById('states').textContent === 'age unknown');
  const amber = await page.evaluate(() => [
    ...document.getElementById('overlay').getContext('2d').getImageData(1, 300, 1, 1).data,
  ]);
  assert.deepEqual(amber, [255, 184, 28, 255]);
  assert.equal((await states(page)).modality, null);
});

test('a browser that has createEncodedStreams alone reads the stamps by it', async () => {
  const page = await join_('viewer', () => {
    delete globalThis.RTCRtpScriptTransform;
  });
  await live(page);
  assert.equal((await page.evaluate(() => scialytic.figures())).reading, 'encoded streams');
});

test('stamps that are sent beside the picture are joined with it; without them nothing is live', async () => {
  mock.beside = true;
  try {
    const page = await join_('viewer');
    await live(page);
    await page.waitForFunction(() => scialytic.figures().codes.agree > 3);
    const { reading, codes } = await page.evaluate(() => scialytic.figures());
    assert.equal(reading, 'data channel');
    assert.equal(codes.disagree, 0);
    await room.set({ stamps: false });
    for (const modality of ['ultrasound', 'xray']) await shows(page, modality, ['stale', 'lost']);
  } finally {
    mock.beside = false;
  }
});

test('pictures without stamps are AGE UNKNOWN', async () => {
  await room.set({ stamps: false });
  const page = await join_('viewer');
  await page.waitForFunction(() => scialytic.figures().frames.shown > 30);
  await page.waitForFunction(() => document.getElementById('states').textContent === 'age unknown');
  assert.equal((await states(page)).modality, null);
});

test('a dropped link and a reload come back by themselves, without the token', async () => {
  const page = await join_('colleague');
  await live(page);
  mock.drop();
  await page.waitForFunction(() => scialytic.states().session === 'connecting');
  await page.waitForFunction(() => scialytic.states().session === 'joined');
  await live(page);
  await page.reload();
  await page.waitForFunction(() => scialytic.states().session === 'joined');
  await live(page);
  assert.ok(mock.heard.some(({ type, pass }) => type === 'join' && pass));
});

test('offers that nobody answers renew the link', async () => {
  const { answer } = mock;
  mock.answer = () => new Promise(() => undefined);
  const page = await join_('viewer');
  await page.waitForFunction(() => scialytic.states().why === 'the server does not answer');
  mock.answer = answer;
  await live(page);
});

test('a stroke goes out as shares of its image, and is shown until the picture has it', async () => {
  const page = await join_('colleague');
  await live(page);
  await page.click('#pen-button');
  const box = await page.locator('#overlay').boundingBox();
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.4);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.6, { steps: 12 });
  await page.mouse.up();
  await page.waitForTimeout(100);
  const draw = mock.heard.findLast(({ type }) => type === 'draw');
  assert.equal(draw.kind, 'stroke');
  assert.equal(draw.modality, 'xray');
  assert.ok(
    draw.points.length >= 2 &&
      draw.points.length <= 256 &&
      draw.points.flat().every((share) => share >= 0 && share <= 1),
  );
  assert.ok(draw.sequence > 0);
  const x = Math.round(0.25 * box.width),
    y = Math.round(0.5 * box.height);
  const drawn = () =>
    page.evaluate(
      ([x, y]) => {
        const canvas = document.getElementById('overlay');
        const near = canvas.getContext('2d').getImageData(x - 6, y - 6, 12, 12).data;
        return near.some((value, i) => i % 4 === 3 && value > 0);
      },
      [x, y],
    );
  assert.ok(await drawn());
  await room.set({ revision: 2 });
  await page.waitForFunction(() => scialytic.stamp().annotationRevision === 2);
  await page.waitForTimeout(150);
  assert.ok(!(await drawn()));
});

test('text and marks are set by keyboard alone', async () => {
  const page = await join_('colleague');
  await live(page);
  await page.focus('#mark-button');
  await page.keyboard.press('Enter');
  await page.focus('#overlay');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.focus('#text-button');
  await page.keyboard.press('Enter');
  await page.focus('#overlay');
  await page.keyboard.press('Enter');
  await page.locator('.writing input').waitFor();
  await page.keyboard.type('here <b>');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(100);
  assert.equal(mock.heard.findLast(({ kind }) => kind === 'cross')?.points.length, 1);
  assert.equal(mock.heard.findLast(({ kind }) => kind === 'text')?.text, 'here <b>');
});

test('the pointer goes over the data channel, and off again', async () => {
  const page = await join_('colleague');
  await live(page);
  await page.click('#pointer-button');
  const box = await page.locator('#overlay').boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.5);
  await page.mouse.move(box.x + box.width * 0.31, box.y + box.height * 0.5);
  await page.waitForTimeout(150);
  const pointer = await room.sender.evaluate(() => mock.room.pointer);
  assert.equal(pointer.modality, 'xray');
  await page.click('#pointer-button');
  await page.waitForTimeout(150);
  assert.ok((await room.sender.evaluate(() => mock.room.pointer)).off);
});

test('a frozen picture says so while the live one goes on behind', async () => {
  const page = await join_('viewer');
  await live(page);
  await page.keyboard.press('f');
  const first = await page.evaluate(() => [
    scialytic.stamp().sequence,
    scialytic.states().said,
    scialytic.figures().frames.shown,
  ]);
  assert.match(first[1], /X-RAY FROZEN, ECHO FROZEN/);
  await page.waitForTimeout(500);
  const later = await page.evaluate(() => [
    scialytic.stamp().sequence,
    scialytic.states().modality.xray.state,
    scialytic.figures().frames.shown,
  ]);
  assert.equal(later[0], first[0]);
  assert.ok(later[2] > first[2]);
  await page.keyboard.press('f');
  await page.waitForFunction((sequence) => scialytic.stamp().sequence > sequence, first[0]);
});

test('a snapshot is a picture file with its time in the name', async () => {
  const page = await join_('viewer');
  await live(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#snapshot-button')]);
  assert.match(download.suggestedFilename(), /^scialytic_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.png$/);
});

test('one joins muted, and the microphone is asked for when it is wanted', async () => {
  const page = await join_('colleague');
  assert.ok((await states(page)).muted);
  await page.waitForTimeout(200);
  assert.deepEqual(
    mock.heard.findLast(({ type }) => type === 'muted'),
    { type: 'muted', on: true },
  );
  await page.click('#microphone-button');
  await page.waitForFunction(() => !scialytic.states().muted);
  assert.deepEqual(
    mock.heard.findLast(({ type }) => type === 'muted'),
    { type: 'muted', on: false },
  );
});

test('a viewer has no tools, and names are text, never markup', async () => {
  const page = await join_('viewer');
  assert.equal(await page.locator('#pen-button, #microphone-button, #camera-button').count(), 0);
  await page.click('#people-button');
  assert.equal(await page.locator('#side b').count(), 0);
  assert.match(await page.textContent('#side'), /<b>Prof\. van der Meer/);
  assert.equal(await page.locator('.invite').count(), 0);
});

test('a moderator is asked once before somebody is removed, and invites by link and code', async () => {
  const page = await join_('moderator');
  await page.click('#people-button');
  await page.click('button[aria-label="Remove: Glasses, table side"]');
  assert.ok(!mock.heard.some(({ type }) => type === 'remove'));
  await page.click('text=Yes, remove');
  await page.click('text=Make a link');
  await page.locator('canvas.qr').waitFor();
  assert.deepEqual(
    mock.heard.findLast(({ type }) => type === 'remove'),
    { type: 'remove', who: 91 },
  );
  assert.match(await page.inputValue('.invite input[readonly]'), /#colleague$/);
});

test('who is removed is told, and stays out', async () => {
  const page = await join_('colleague');
  [...mock.sockets.values()].find(({ person }) => person?.name === 'Ada').socket.close(4002);
  await page.waitForSelector('text=You were removed from the session');
  await page.reload();
  await page.waitForSelector('text=You need a link');
});

test('a page that hangs is covered while it hangs, and comes back', async () => {
  const page = await join_('viewer');
  await live(page);
  const browser = await page.context().newCDPSession(page);
  let seen = '';
  browser.on('Page.screencastFrame', ({ data, sessionId }) => {
    seen = data;
    void browser.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
  });
  await browser.send('Page.startScreencast', { format: 'png' });
  const hung = page.evaluate(() => {
    const endMs = performance.now() + 5000;
    while (performance.now() < endMs);
  });
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const pixel = await room.sender.evaluate(async (png) => {
    const bitmap = await createImageBitmap(
      new Blob([Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))], { type: 'image/png' }),
    );
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return [...context.getImageData(bitmap.width / 3, bitmap.height / 5, 1, 1).data];
  }, seen);
  assert.deepEqual(pixel, [13, 16, 20, 255]);
  await hung;
  await live(page);
  await page.waitForFunction(() => getComputedStyle(document.getElementById('halted')).opacity === '0');
});

test('nothing serious stands in the way of who cannot see or use a mouse', async () => {
  const door = await open('#moderator');
  assert.deepEqual(await serious(door), []);
  const page = await join_('moderator');
  await live(page);
  assert.deepEqual(await serious(page), []);
  await page.click('#people-button');
  await page.click('text=Make a link');
  await page.locator('canvas.qr').waitFor();
  await page.keyboard.press('l');
  assert.deepEqual(await serious(page), []);
  await page.click('#layout-button');
  assert.deepEqual(await serious(page), []);
});
