// Drives Chromium for `scialytic bench remote`, and judges what is shown by the codes in the pixels.
//
//   node bench/remote_page.mjs ours LINK TOKEN SECONDS [half]  our own page: a colleague by LINK, somebody silent by TOKEN
//   node bench/remote_page.mjs draw LINK SECONDS                a colleague draws, and the stroke is looked for in the video, into which
//                                                         the server has drawn it as into everybody's
//   node bench/remote_page.mjs plain PROGRAM SECONDS           a <video> that PROGRAM (`bench plain-page`) sends to
//
// Prints a JSON line when it begins to measure, and one at the end.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browse, canBrowse, enter, eventually, web } from '../tests/web/lab.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const warmUpMs = 3000;
const windowMs = 10_000;  // what the page's own figures look back
/** Of the authors' colours: render/web/src/drawings.ts. */
const palette = ['#ffd166', '#4cc9f0', '#f72585', '#80ed99', '#ff9f1c', '#b388ff', '#ffffff', '#ff6b6b']
  .map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
const say = (words) => process.stdout.write(`${JSON.stringify(words)}\n`);
const wait = (ms) => new Promise((over) => setTimeout(over, ms));
const monotonicUs = () => Number(process.hrtime.bigint() / 1000n);

/** The page's own reader of the in-picture code, as a script. */
const reader = () => `${web('esbuild').buildSync({ entryPoints: [join(here, '../render/web/src/timecode.ts')], bundle: true, write: false,
  format: 'iife', globalName: 'timecode' }).outputFiles[0].text};globalThis.timecode = timecode;`;

/**
 * In the page: looks at every decoded picture's codes, and at when each is shown. `places`: where they stand; null: the
 * page's stamp tells.
 */
function judge(places) {
  const video = document.querySelector('video');
  const judged = { seen: [], pictures: 0, unreadable: 0, compared: [] };
  globalThis.judged = judged;
  const codes = new Map();  // of a decoded picture, by its RTP time
  const shown = [];         // that wait for their codes
  const mostWaiting = 30;
  const newest = {};

  /** The luma of that part: of the whole picture nothing else is copied. */
  const readCode = async (frame, { x, y, width, height }) => {
    const rect = { x: x & ~1, y: y & ~1, width: (width + 1) & ~1, height: (height + 1) & ~1 };
    const planes = new Uint8Array(frame.allocationSize({ rect }));
    const [{ offset, stride }] = await frame.copyTo(planes, { rect });
    const image = new ImageData(rect.width, rect.height);
    for (let row = 0; row < rect.height; ++row)
      for (let column = 0; column < rect.width; ++column)
        image.data.fill(planes[offset + row * stride + column], 4 * (row * rect.width + column), 4 * (row * rect.width + column) + 3);
    return globalThis.timecode.readTimecode(image, { x: x - rect.x, y: y - rect.y, width, height });
  };
  const follow = async (track) => {
    const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 8 }).readable.getReader();
    for (;;) {
      const { done, value: frame } = await reader.read();
      if (done) return;
      const wanted = places ?? (window.scialytic.stamp()?.sources ?? []).map(({ code }) => code);
      const read = [];
      for (const place of wanted) if (place.width > 0) read.push(await readCode(frame, place));
      codes.set(frame.metadata().rtpTimestamp, read);
      frame.close();
      for (const old of codes.keys()) {
        if (codes.size <= mostWaiting) break;
        codes.delete(old);
      }
      settle();
    }
  };
  const compare = (code, source) => {
    if (source?.header.sequence !== code.sequence) return;
    const { marksUs, clockBoundUs } = source.header.timeline;
    if (marksUs.captured !== undefined) judged.compared.push([code.timeUs, marksUs.captured, clockBoundUs]);
  };
  const settle = () => {
    while (shown.length > 0) {
      const [{ key, expectedMs, sources }] = shown;
      const read = codes.get(key);
      if (!read && shown.length < mostWaiting) return;
      shown.shift();
      if (!read) ++judged.unreadable;
      for (const code of read ?? []) {
        if (!code) ++judged.unreadable;
        if (!code || newest[code.stream] === code.sequence) continue;
        newest[code.stream] = code.sequence;
        judged.seen.push([code.stream, code.timeUs, expectedMs]);
        if (sources) compare(code, sources.find(({ header }) => header.stream === code.stream));
      }
    }
  };
  let asked;
  let counted = 0;
  const ask = () => (asked = video.requestVideoFrameCallback(look));
  const look = (_, { expectedDisplayTime, rtpTimestamp }) => {
    ask();
    ++counted;
    ++judged.pictures;
    shown.push({ key: rtpTimestamp, expectedMs: expectedDisplayTime, sources: places ? null : window.scialytic.stamp()?.sources });
    settle();
  };
  let track = null;
  const attach = () => {
    const current = video.srcObject?.getVideoTracks()[0] ?? null;
    if (!current || current === track) return;
    track = current;
    void follow(current.clone());
  };
  attach();
  ask();
  // A connection that was made anew takes the call with it.
  setInterval(() => {
    attach();
    if (counted > 0) return void (counted = 0);
    video.cancelVideoFrameCallback(asked);
    ask();
  }, 1000);
}

/** This machine's monotonic clock, less the page's, µs: both are read within the shortest of many round trips. */
async function clockOf(page) {
  let best = { boundUs: Infinity, offsetUs: 0 };
  for (let i = 0; i < 60; ++i) {
    const before = monotonicUs();
    const pageUs = (await page.evaluate(() => performance.now())) * 1000;
    const after = monotonicUs();
    if ((after - before) / 2 < best.boundUs) best = { boundUs: (after - before) / 2, offsetUs: (before + after) / 2 - pageUs };
  }
  return best;
}

const at = (sorted, share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
const ms = (us) => Math.round(us) / 1000;
const modalityOf = { 1: 'ultrasound', 2: 'xray' };

function figuresOf({ seen, pictures, unreadable, compared }, clock, seconds) {
  const streams = {};
  for (const [stream, modality] of Object.entries(modalityOf)) {
    const ages = seen.filter(([of]) => of === Number(stream)).map(([, timeUs, shownMs]) => shownMs * 1000 + clock.offsetUs - timeUs)
      .sort((a, b) => a - b);
    if (ages.length > 0)
      streams[modality] = { frames: ages.length, p50Ms: ms(at(ages, 0.5)), p99Ms: ms(at(ages, 0.99)), maxMs: ms(at(ages, 1)) };
  }
  if (Object.keys(streams).length === 0) throw new Error('no picture with a code was shown');
  const off = compared.map(([codeUs, pageUs, boundUs]) => ({ by: Math.abs(pageUs + clock.offsetUs - codeUs), within: boundUs + clock.boundUs }));
  return { is: 'done', streams, boundMs: ms(clock.boundUs), picturesPerS: pictures / seconds, unreadable, compared: off.length,
           beyondBounds: off.filter(({ by, within }) => by > within).length,
           largestDifferenceMs: ms(off.reduce((most, { by }) => Math.max(most, by), 0)), agree: 0, disagree: 0 };
}

/** Judges for so long; `each`: called at the end of every window. */
async function measure(page, places, seconds, each = () => undefined) {
  await page.evaluate(judge, places);
  await wait(warmUpMs);
  const clock = await clockOf(page);
  await page.evaluate(() => Object.assign(globalThis.judged, { seen: [], pictures: 0, unreadable: 0, compared: [] }));
  say({ is: 'measuring' });
  for (let left = seconds * 1000; left > 0; left -= windowMs) {
    await wait(Math.min(left, windowMs));
    await each();
  }
  return figuresOf(await page.evaluate(() => globalThis.judged), clock, seconds);
}

/** Takes a seat in the session and says nothing. */
const sit = (token) => new Promise((done, fail) => {
  const socket = globalThis.seat = new WebSocket(`wss://${location.host}/session`, 'scialytic.1');
  socket.onopen = () => socket.send(JSON.stringify({ type: 'join', token, name: 'Silent' }));
  socket.onmessage = ({ data }) => (JSON.parse(data).type === 'welcome' ? done() : undefined);
  socket.onclose = ({ reason }) => fail(new Error(`not let in: ${reason}`));
});

async function ours(browser, [link, token, seconds, size]) {
  const silent = await browser.newContext({ ignoreHTTPSErrors: true }).then((context) => context.newPage());
  await silent.goto(new URL(link).origin);
  await silent.evaluate(sit, token);
  const page = await enter(browser, link, 'Bench', {}, (context) => context.addInitScript({ content: reader() }));
  if (size === 'half') {
    await page.getByRole('button', { name: 'Layout' }).click();
    await page.getByRole('button', { name: /half size/i }).click();
  }
  const states = () => page.evaluate(() => window.scialytic.states());
  const figures = () => page.evaluate(() => window.scialytic.figures());
  await eventually('the page knows the age of both sources', async () => {
    const { latency } = await figures();
    return Object.values(modalityOf).every((modality) => latency[modality]?.capturedToPresented);
  }, { withinMs: 60_000 });
  await page.getByRole('button', { name: /turn the microphone on/i }).click();
  await eventually('talk is connected', async () => (await states()).connections.talk === 'connected');
  const windows = [];
  const before = await figures();
  const done = await measure(page, null, Number(seconds), async () => windows.push(await figures()));
  const last = windows.at(-1);
  for (const [modality, stream] of Object.entries(done.streams)) {
    const said = windows.map(({ latency }) => latency[modality]?.capturedToPresented).filter((one) => one?.printable);
    if (said.length === 0) continue;
    const worst = (key) => ms(said.reduce((most, one) => Math.max(most, one[key]), 0));
    Object.assign(stream, { saidP50Ms: worst('p50Us'), saidP99Ms: worst('p99Us'), saidBoundMs: worst('boundUs') });
  }
  const { agree, disagree } = last.codes;
  return { ...done, agree: agree - before.codes.agree, disagree: disagree - before.codes.disagree,
           jitterBufferMs: last.media?.jitterBufferMs ?? null, decodeMs: last.media?.decodeMs ?? null };
}

/** In the page: tells when a picture first has that colour there, or no longer has it. */
function lookFor({ x, y, color, there }) {
  const video = document.getElementById('video');
  const spot = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  globalThis.sight = new Promise((seen) => {
    const look = (_, { expectedDisplayTime, mediaTime }) => {
      const frame = new VideoFrame(video);
      const current = Math.abs(frame.timestamp - mediaTime * 1e6) <= 500;
      spot.drawImage(frame, Math.round(x), Math.round(y), 1, 1, 0, 0, 1, 1);
      frame.close();
      const [red, green, blue] = spot.getImageData(0, 0, 1, 1).data;
      const is = Math.hypot(red - color[0], green - color[1], blue - color[2]) < 90;
      if (current && is === there) return void seen({ shownMs: expectedDisplayTime, revision: window.scialytic.stamp()?.annotationRevision ?? 0 });
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    setTimeout(() => seen(null), 3000);
  });
}

async function draw(browser, [link, seconds]) {
  const page = await enter(browser, link, 'Anna', {}, (context) => context.addInitScript({ content: reader() }));
  await eventually('pictures move', async () => (await page.evaluate(() => window.scialytic.figures())).frames.shown > 30, { withinMs: 60_000 });
  await page.getByRole('button', { name: 'Pen' }).click();
  await page.evaluate(() => document.getElementById('overlay').addEventListener('pointerup', ({ timeStamp }) => (globalThis.lifted = timeStamp), true));
  const place = (shareX, shareY) => page.evaluate(([alongX, alongY]) => {
    const stamp = window.scialytic.stamp();
    const { image } = stamp.sources.find(({ header }) => header.modality === 'xray');
    const at = { x: image.x + alongX * image.width, y: image.y + alongY * image.height };
    const box = document.getElementById('overlay').getBoundingClientRect();
    return { ...at, pageX: box.left + (at.x / stamp.canvas.width) * box.width, pageY: box.top + (at.y / stamp.canvas.height) * box.height };
  }, [shareX, shareY]);
  const [from, middle, to] = [await place(0.2, 0.3), await place(0.3, 0.3), await place(0.4, 0.3)];
  const color = palette[(await page.evaluate(() => window.scialytic.states())).colour ?? 0];
  const clock = await clockOf(page);
  const us = (pageMs) => Math.round(pageMs * 1000 + clock.offsetUs);
  const strokes = [];
  const figures = measure(page, null, Number(seconds));
  for (const end = Date.now() + (Number(seconds) + warmUpMs / 1000) * 1000; Date.now() < end;) {
    await page.evaluate(lookFor, { ...middle, color, there: true });
    await page.mouse.move(from.pageX, from.pageY);
    await page.mouse.down();
    await page.mouse.move(to.pageX, to.pageY);
    await page.mouse.up();
    const seen = await page.evaluate(() => globalThis.sight);
    strokes.push({ liftedUs: us(await page.evaluate(() => globalThis.lifted)), ...(seen && { shownUs: us(seen.shownMs), revision: seen.revision }) });
    await page.evaluate(lookFor, { ...middle, color, there: false });
    await page.evaluate(() => document.getElementById('undo-button').click());
    await page.evaluate(() => globalThis.sight);
    await wait(100 + 70 * Math.random());  // at any moment between two pictures
  }
  return { ...(await figures), strokes };
}

/** What everybody's first page is: the offer comes, the answer goes, the browser does the rest. */
const answerOf = async (sdp) => {
  const rtc = globalThis.rtc = new RTCPeerConnection();
  const stream = new MediaStream();
  rtc.ontrack = ({ track }) => {
    stream.addTrack(track);
    document.querySelector('video').srcObject = stream;
  };
  await rtc.setRemoteDescription({ type: 'offer', sdp });
  await rtc.setLocalDescription(await rtc.createAnswer());
  while (rtc.iceGatheringState !== 'complete') await new Promise((next) => setTimeout(next, 20));
  return rtc.localDescription.sdp;
};

async function plain(browser, [program, seconds]) {
  // Served, since a page from nowhere is not trusted with everything.
  const server = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<video autoplay playsinline></video>'));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const sender = spawn(program, ['bench', 'plain-page'], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const context = await browser.newContext({ permissions: ['microphone'] });
    await context.addInitScript({ content: reader() });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const lines = [];
    for await (const line of createInterface({ input: sender.stdout })) {
      if (line === '.') break;
      if (line !== '') lines.push(line);
    }
    const [place, ...offer] = lines;
    if (!place) throw new Error('the plain sender makes no offer');
    const answer = await page.evaluate(answerOf, `${offer.join('\r\n')}\r\n`);
    sender.stdin.write(`${answer.trimEnd()}\n.\n`);
    await eventually('the plain page plays', () => page.evaluate(() => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 30));
    return await measure(page, [JSON.parse(place)], Number(seconds));
  } finally {
    sender.kill();
    server.close();
  }
}

const [what, ...words] = process.argv.slice(2);
let browser;
try {
  if (!canBrowse()) throw new Error('wants Chromium, and an address of this machine beside the loopback');
  browser = await browse();
  say(await { ours, draw, plain }[what](browser, words));
} catch (error) {
  say({ is: 'failed', why: String(error?.message ?? error).split('\n')[0] });
  process.exitCode = 1;
} finally {
  await browser?.close();
}
