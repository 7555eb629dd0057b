// The latency page in a real browser: against a share without a room, and against a running pipeline.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { buildPage } from '../../render/web/build.mjs';
import { Lab, browse, canBrowse, eventually, web } from './lab.mjs';
import { latencyOf } from './latency_words.mjs';
import { chromiumFlags, startMock } from './mock_share.mjs';

const { WebSocket } = web('ws');
const axe = readFileSync(web.resolve('axe-core'), 'utf8');
const wanted = canBrowse() ? false : 'wants Chromium and an address of its own';

async function open(browser, link, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1500, height: 1000 }, ...options });
  const page = await context.newPage();
  page.troubles = [];
  page.on('pageerror', (error) => page.troubles.push(error.message));
  page.on('console', (message) => message.type() === 'error' && page.troubles.push(message.text()));
  await page.goto(link);
  return page;
}
async function enter(browser, link, options) {
  const page = await open(browser, link, options);
  await page.fill('#name', 'Ada');
  await page.click('button.main');
  await page.waitForFunction(() => globalThis.scialytic?.latency?.().state === 'joined');
  return page;
}
const shown = (page) => page.evaluate(() => scialytic.latency());
async function serious(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

describe('The latency page', { timeout: 240_000, skip: wanted }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'latency_page_'));
  let mock;
  let browser;
  let timer;
  /** Five times a second from now on, as share does; a new frame each time. */
  const goOn = (change = {}) => {
    clearInterval(timer);
    let sequence = 0;
    timer = setInterval(() => mock.tellLatency(latencyOf({ sequence: ++sequence, ...change })), 200);
  };
  before(async () => {
    await buildPage(folder);
    mock = await startMock(folder);
    browser = await web('playwright-core').chromium.launch({ executablePath: '/usr/bin/chromium', args: chromiumFlags });
  });
  after(async () => {
    clearInterval(timer);
    await browser?.close();
    mock?.stop();
    rmSync(folder, { recursive: true });
  });

  it('tells who has no link, or an old one, and shows no figure', async () => {
    const page = await open(browser, `${mock.url}latency`);
    assert.match(await page.textContent('#door'), /You need a link/);
    assert.equal(await page.isVisible('#latency'), false);
    const old = await open(browser, `${mock.url}latency#gone`);
    await old.fill('#name', 'Ada');
    await old.click('button.main');
    await old.waitForSelector('text=This link has expired.');
    assert.equal(await old.isVisible('#latency'), false);
  });

  it('moves: frames follow each other, their hops add up, and words say which one leads', async () => {
    goOn();
    const page = await enter(browser, `${mock.url}latency#engineer`);
    await page.waitForFunction(() => scialytic.latency().displays.wall?.streams.xray.newest?.sequence > 0);
    const first = await shown(page);
    await page.waitForFunction(
      (before) => scialytic.latency().displays.wall.streams.xray.newest.sequence > before,
      first.displays.wall.streams.xray.newest.sequence,
    );
    const { newest } = (await shown(page)).displays.wall.streams.xray;
    assert.equal(newest.totalUs, 12_000);
    assert.equal(Object.values(newest.hopsUs).reduce((all, us) => all + us, 0), newest.totalUs);
    assert.match(await page.textContent('.words'), /Most of it is encoding the fused picture: 6\.0 ± 0\.0 ms/);
    assert.match(await page.textContent('.figure'), /p50 12\.0 ± 0\.3 ms · p99 ~30\.0 ± 0\.3 ms/);
    assert.equal(await page.textContent('#going'), 'LIVE');
    const painted = await page.evaluate(() => {
      const canvas = document.querySelector('canvas.waterfall');
      return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value !== 0);
    });
    assert.ok(painted);
    assert.deepEqual(page.troubles, []);
    await page.close();
  });

  it('greys out and says since when, as soon as updates stop, and comes back with them', async () => {
    goOn();
    const page = await enter(browser, `${mock.url}latency#viewer`);
    await page.waitForFunction(() => scialytic.latency().going === 'LIVE');
    clearInterval(timer);
    await page.waitForFunction(() => scialytic.latency().displays.wall.stopped);
    assert.match(await page.textContent('#going'), /^NOT LIVE since \d\d:\d\d:\d\d$/);
    assert.match(await page.textContent('.stopped-words'), /NOT LIVE since \d\d:\d\d:\d\d: share is silent/);
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.querySelector('.streams')).filter), 'none');
    assert.deepEqual(await serious(page), []);
    goOn({ silentMs: 30_000 });
    await page.waitForFunction(() => /the display finishes no frames/.test(document.querySelector('.stopped-words').textContent));
    goOn();
    await page.waitForFunction(() => scialytic.latency().going === 'LIVE' && !scialytic.latency().displays.wall.stopped);
    await page.close();
  });

  it('prints no figure whose clock is not good enough', async () => {
    goOn({ boundUs: 20_000 });
    const page = await enter(browser, `${mock.url}latency#engineer`);
    await page.waitForFunction(() => /clock not good enough \(± 20\.0 ms\)/.test(document.querySelector('.figure')?.textContent));
    assert.match(await page.textContent('.hops'), /→ first packetclock not good enough/);
    assert.doesNotMatch(await page.textContent('.display'), /12\.0|22\.0|30\.0 ±/);
    await page.close();
  });

  it('takes names for text, whatever they are', async () => {
    const nasty = '<img src=x onerror="globalThis.robbed=1">';
    goOn({ node: nasty, health: { [`state.xray.${nasty}`]: 1, [`drops.${nasty}`]: 1 } });
    const page = await enter(browser, `${mock.url}latency#engineer`);
    await page.waitForFunction(() => document.querySelector('.display-name'));
    goOn({ node: nasty, health: { 'state.xray.LIVE': 1, [`drops.${nasty}`]: 7 } });
    await page.waitForFunction(() => document.querySelector('.events').textContent.includes('LIVE'));
    assert.ok((await page.textContent('.display-name')).includes(nasty));
    assert.equal(await page.evaluate(() => globalThis.robbed), undefined);
    assert.equal(await page.locator('.display img').count(), 0);
    await page.close();
  });

  it('can be used by everybody: dark, light, by keyboard', async () => {
    goOn();
    for (const colorScheme of ['dark', 'light']) {
      const page = await enter(browser, `${mock.url}latency#engineer`, { colorScheme });
      await page.waitForFunction(() => document.querySelector('.words p'));
      assert.deepEqual(await serious(page), [], colorScheme);
      await page.keyboard.press('h');
      await page.waitForFunction(() => /held by you/.test(document.querySelector('.stopped-words').textContent));
      const { newest } = (await shown(page)).displays.wall.streams.xray;
      await page.waitForTimeout(500);
      assert.deepEqual((await shown(page)).displays.wall.streams.xray.newest, newest, 'held is held');
      await page.focus('.latency-tools button');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => scialytic.latency().going === 'LIVE');
      await page.close();
    }
  });

  it('is where an engineer’s link leads, also when it is opened at the room’s page', async () => {
    goOn();
    const page = await open(browser, `${mock.url}#engineer`);
    await page.fill('#name', 'Ada');
    await page.click('button.main');
    await page.waitForURL('**/latency');
    await page.waitForFunction(() => globalThis.scialytic?.latency?.().going === 'LIVE');
    await page.close();
  });
});

describe('The latency page of a running pipeline', { timeout: 240_000, skip: wanted }, () => {
  const lab = new Lab({ rate: Number(process.env.SCIALYTIC_LAB_RATE ?? 15) });
  let browser;
  let page;
  before(async () => {
    await lab.start();
    browser = await browse();
  });
  after(async () => {
    await browser?.close();
    await lab.stop();
  });
  const socketTo = (path = '/session') => new Promise((opened, failed) => {
    const socket = new WebSocket(`${lab.url.replace('https', 'wss')}${path}`, 'scialytic.1', { rejectUnauthorized: false });
    socket.heard = [];
    socket.over = new Promise((over) => socket.on('close', (code) => over(code)));
    socket.on('message', (text) => socket.heard.push(JSON.parse(text)));
    socket.on('open', () => opened(socket));
    socket.on('error', failed);
  });
  const say = (socket, message) => socket.send(JSON.stringify(message));
  const types = (socket) => [...new Set(socket.heard.map(({ type }) => type))];

  it('tells nothing to who has no pass', async () => {
    for (const first of [{ type: 'latency', on: true }, { type: 'join', pass: 'made.up' }, { type: 'join', token: lab.bearers.whip, name: 'Eve' }]) {
      const stranger = await socketTo();
      say(stranger, first);
      assert.equal(await stranger.over, 4001);
      assert.deepEqual(types(stranger), ['refused']);
    }
  });

  it('shows both modalities’ frames as they are presented, as the display itself wrote them down', async () => {
    page = await enter(browser, lab.links.engineer);
    await page.waitForFunction(() => {
      const { display } = scialytic.latency().displays;
      return display && display.streams.xray?.newest && display.streams.ultrasound?.newest;
    }, null, { timeout: 30_000 });
    const first = (await shown(page)).displays.display.streams;
    for (const modality of ['xray', 'ultrasound']) {
      await page.waitForFunction(([which, before]) => scialytic.latency().displays.display.streams[which].newest.sequence > before + 5,
        [modality, first[modality].newest.sequence], { timeout: 30_000 });
      const { newest } = (await shown(page)).displays.display.streams[modality];
      const sum = Object.values(newest.hopsUs).reduce((all, us) => all + us, 0);
      assert.ok(newest.totalUs > 0 && newest.totalUs < 2e6, `${newest.totalUs}`);
      assert.equal(sum, newest.totalUs, `${modality}: hops of frame ${newest.sequence}`);
      const totals = await eventually('the same frame in timeline.csv', () => {
        const [header, ...rows] = lab.timeline().map((line) => line.split(','));
        const captured = header.indexOf(`${modality}_captured_us`);
        const presented = header.indexOf(`${modality}_presented_us`);
        const which = header.indexOf(`${modality}_sequence`);
        const same = rows.filter((row) => Number(row[which]) === newest.sequence);
        return same.length > 0 && same.map((row) => Number(row[presented]) - Number(row[captured]));
      });
      assert.equal(totals[0], newest.totalUs, 'from its first presentation on it only grows older');
    }
    assert.match(await page.textContent('#going'), /^LIVE/);
    await page.waitForFunction(() => document.querySelector('.words')?.textContent.includes('Most of it is'));
    assert.match(await page.textContent('.links'), /X-RAY → server.*round trip \d+\.\d ms/);
    assert.match(await page.textContent('.links'), /server → display.*round trip \d+\.\d ms/);
    assert.deepEqual(page.troubles, []);
    if (process.env.SCIALYTIC_SCREENSHOT) await page.screenshot({ path: process.env.SCIALYTIC_SCREENSHOT, fullPage: true });
  });

  it('tells an engineer nothing of the room: no people, no picture, no relay’s password', async () => {
    const moderator = await socketTo();
    say(moderator, { type: 'join', token: new URL(lab.links.moderator).hash.slice(1), name: 'Ben' });
    await eventually('to be welcomed', () => moderator.heard.find(({ type }) => type === 'welcome'));
    say(moderator, { type: 'invite', role: 'engineer' });
    const { link } = await eventually('the invitation', () => moderator.heard.find(({ type }) => type === 'invitation'));
    assert.equal(new URL(link).pathname, '/latency');
    const engineer = await socketTo();
    say(engineer, { type: 'join', token: new URL(link).hash.slice(1), name: 'Ada' });
    const { may, ice, layouts } = await eventually('to be welcomed', () => engineer.heard.find(({ type }) => type === 'welcome'));
    assert.deepEqual(may, { talk: false, draw: false, camera: false, moderate: false });
    assert.deepEqual([ice, layouts], [[], []]);
    for (const message of [{ type: 'offer', connection: 'view', sdp: 'v=0' }, { type: 'offer', connection: 'talk', sdp: 'v=0' },
                           { type: 'watch' }, { type: 'layout', layout: 'fused', size: 'full' }, { type: 'undo' }, { type: 'invite', role: 'viewer' }]) {
      engineer.heard = engineer.heard.filter(({ type }) => type !== 'error');
      say(engineer, message);
      await eventually(`${message.type} to be refused`, () => engineer.heard.find(({ type }) => type === 'error'));
    }
    say(engineer, { type: 'latency', on: true });
    await eventually('figures', () => engineer.heard.find(({ type, displays }) => type === 'latency' && displays.length > 0));
    await eventually('the room to see that an engineer looks', () =>
      moderator.heard.find(({ type, people }) => type === 'people' && people.some(({ role }) => role === 'engineer')));
    assert.deepEqual(types(engineer).filter((type) => !['welcome', 'server', 'latency', 'error'].includes(type)), []);
    for (const socket of [moderator, engineer]) socket.close();
  });

  it('greys out when the display is killed, and names it', async () => {
    await lab.kill('display');
    await page.waitForFunction(() => scialytic.latency().displays.display.stopped, null, { timeout: 15_000 });
    assert.match(await page.textContent('.stopped-words'), /NOT LIVE since \d\d:\d\d:\d\d: the display finishes no frames/);
    assert.match(await page.textContent('#going'), /^NOT LIVE since/);
  });

  it('says so when share is gone', async () => {
    await lab.kill('share');
    await page.waitForFunction(() => /share is (not connected|silent)/.test(document.querySelector('.stopped-words').textContent), null,
      { timeout: 15_000 });
  });
});
