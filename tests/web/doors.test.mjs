// Who knocks at share without being asked in: every door of the real program, by plain sockets.
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { Lab, eventually, web } from './lab.mjs';

const { WebSocket } = web('ws');
const open = (lab, { origin } = {}) => new Promise((opened, failed) => {
  const socket = new WebSocket(`${lab.url.replace('https', 'wss')}/session`, 'scialytic.1', { rejectUnauthorized: false, origin });
  socket.heard = [];
  socket.over = new Promise((over) => socket.on('close', (code, why) => over({ code, why: why.toString() })));
  socket.on('message', (text) => socket.heard.push(JSON.parse(text)));
  socket.on('open', () => opened(socket));
  socket.on('error', failed);
});
const say = (socket, message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
const heard = (socket, type) => eventually(`to hear ${type}`, () => socket.heard.find((one) => one.type === type), { withinMs: 5000, everyMs: 20 });
const join = async (lab, token, name = 'Anna') => {
  const socket = await open(lab);
  say(socket, { type: 'join', token, name });
  return socket;
};
const ask = (lab, method, path, { bearer, type = 'application/sdp', body = '' } = {}) => new Promise((answered, failed) => {
  const asked = request(`${lab.url}${path}`, { method, rejectUnauthorized: false, headers: {
    ...(bearer ? { authorization: `Bearer ${bearer}` } : {}), 'content-type': type, 'content-length': Buffer.byteLength(body) } }, (response) => {
    let text = '';
    response.on('data', (bytes) => (text += bytes));
    response.on('end', () => answered({ status: response.statusCode, headers: response.headers, text }));
  });
  asked.on('error', failed);
  asked.end(body);
});
const tokenOf = (link) => new URL(link).hash.slice(1);

describe('The doors of share', { timeout: 120_000 }, () => {
  const lab = new Lab({});
  before(() => lab.start());
  after(() => lab.stop());
  /** A fresh link from the moderator's page. */
  let moderator;
  const invite = async (role) => {
    moderator.heard = moderator.heard.filter(({ type }) => type !== 'invitation');
    say(moderator, { type: 'invite', role });
    return tokenOf((await heard(moderator, 'invitation')).link);
  };

  it('let a moderator in, who lets others in by links with a QR code', async () => {
    moderator = await join(lab, tokenOf(lab.links.moderator), 'Ben');
    const { may, role } = await heard(moderator, 'welcome');
    assert.equal(role, 'moderator');
    assert.deepEqual(may, { talk: true, draw: true, camera: true, moderate: true });
    say(moderator, { type: 'invite', role: 'viewer' });
    const { qr, link, expires_s } = await heard(moderator, 'invitation');
    assert.ok(qr.length >= 21 && qr.every((row) => row.length === qr.length));
    assert.match(link, /^https:/);
    assert.equal(expires_s, 15 * 60);
  });

  it('tell nothing to who has no token: no name, no picture, no sound', async () => {
    const stranger = await open(lab);
    say(stranger, { type: 'offer', connection: 'view', sdp: 'v=0' });
    const { code } = await stranger.over;
    assert.equal(code, 4001);
    assert.deepEqual(stranger.heard.map(({ type }) => type), ['refused']);
  });

  it('close on who says nothing within five seconds', async () => {
    const mute = await open(lab);
    assert.equal((await mute.over).code, 4001);
  });

  it('refuse a token that is used again, forged, cut, or of another role', async () => {
    const token = await invite('viewer');
    await heard(await join(lab, token), 'welcome');
    const [content, mac] = tokenOf(lab.links.colleague).split('.');
    const bytes = Buffer.from(content, 'base64url');
    bytes[1] = 3;  // a colleague's link that says moderator
    for (const [what, bad] of Object.entries({
      again: token, forged: `${content}.${mac.replace(/^./, (one) => (one === 'A' ? 'B' : 'A'))}`, cut: content,
      escalated: `${bytes.toString('base64url')}.${mac}`, bearer: lab.bearers.whip })) {
      const socket = await join(lab, bad);
      assert.equal((await socket.over).code, 4001, what);
      assert.deepEqual(socket.heard.map(({ type }) => type), ['refused'], what);
    }
  });

  it('bring back who holds a pass, and not who shows a token as one', async () => {
    const first = await join(lab, await invite('colleague'));
    const { pass, you } = await heard(first, 'welcome');
    const again = await open(lab);
    say(again, { type: 'join', pass });
    assert.equal((await heard(again, 'welcome')).you, you);
    assert.equal((await first.over).code, 4001, 'the old window is over');
    const wrong = await open(lab);
    say(wrong, { type: 'join', pass: await invite('viewer') });
    assert.equal((await wrong.over).code, 4001);
  });

  it('hold every role to what it may', async () => {
    const viewer = await join(lab, await invite('viewer'));
    await heard(viewer, 'welcome');
    for (const message of [
      { type: 'draw', ref: 1, kind: 'arrow', modality: 'xray', sequence: 1, points: [[0.1, 0.1], [0.2, 0.2]] }, { type: 'undo' },
      { type: 'pointer', modality: 'xray', sequence: 1, x: 0.5, y: 0.5 }, { type: 'clear', whose: 'all' }, { type: 'invite', role: 'moderator' },
      { type: 'remove', who: 1 }, { type: 'silence', who: 1, on: true }, { type: 'offer', connection: 'camera', sdp: 'v=0' }]) {
      viewer.heard = [];
      say(viewer, message);
      assert.ok((await heard(viewer, 'error')).why.length > 5, message.type);
    }
    assert.equal(viewer.heard.some(({ type }) => type === 'drawn' || type === 'invitation'), false);
  });

  it('answer nonsense with one line and live on', async () => {
    const colleague = await join(lab, await invite('colleague'));
    await heard(colleague, 'welcome');
    for (const nonsense of ['', '{', '[]', '{"type":7}', '{"type":"draw"}', '{"type":"layout","layout":"../../etc"}', '['.repeat(20_000),
                            '{"type":"draw","ref":1,"kind":"stroke","modality":"xray","sequence":1,"points":[[NaN,1],[1e999,2]]}',
                            JSON.stringify({ type: 'offer', connection: 'view', sdp: 'x'.repeat(40_000) })]) {
      colleague.heard = [];
      say(colleague, nonsense);
      const { why } = await heard(colleague, 'error');
      assert.doesNotMatch(why, /\n/);
    }
    colleague.heard = [];
    say(colleague, { type: 'offer', connection: 'view', sdp: 'v=0\r\nnonsense' });
    assert.match((await heard(colleague, 'ended')).why, /\w/);
  });

  it('close on a message that is too long, on bytes, and on a flood', async () => {
    for (const too of ['x'.repeat(70_000), Buffer.from([1, 2, 3])]) {
      const socket = await join(lab, await invite('viewer'));
      await heard(socket, 'welcome');
      socket.send(too);
      assert.ok([1009, 1003, 1006].includes((await socket.over).code));
    }
    const flood = await join(lab, await invite('viewer'));
    await heard(flood, 'welcome');
    for (let i = 0; i < 1000; ++i) say(flood, { type: 'undo' });
    assert.equal((await flood.over).code, 1008);
  });

  it('turn away a page of another site', async () => {
    const foreign = await open(lab, { origin: 'https://evil.example' });
    assert.equal((await foreign.over).code, 1008);
  });

  it('serve the page with a content policy, and nothing else', async () => {
    const page = await ask(lab, 'GET', '/');
    assert.equal(page.status, 200);
    assert.match(page.headers['content-security-policy'], /default-src 'none'/);
    assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    assert.equal(page.headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal((await ask(lab, 'GET', '/../../etc/passwd')).status, 404);
    assert.equal((await ask(lab, 'GET', '/share.key')).status, 404);
    assert.equal((await ask(lab, 'PUT', '/page.js')).status, 405);
  });

  it('open WHIP and WHEP for their own tokens alone', async () => {
    assert.equal((await ask(lab, 'POST', '/whip')).status, 401);
    assert.equal((await ask(lab, 'POST', '/whip', { bearer: 'x.y' })).status, 401);
    assert.equal((await ask(lab, 'POST', '/whip', { bearer: await invite('moderator') })).status, 401, 'a link is no bearer token');
    assert.equal((await ask(lab, 'POST', '/whip', { bearer: lab.bearers.whep })).status, 403);
    assert.equal((await ask(lab, 'POST', '/whep', { bearer: lab.bearers.whip })).status, 403);
    assert.equal((await ask(lab, 'POST', '/whip', { bearer: lab.bearers.whip, type: 'text/plain' })).status, 415);
    assert.equal((await ask(lab, 'POST', '/whip', { bearer: lab.bearers.whip, body: 'v=0\r\nnonsense' })).status, 400);
    assert.equal((await ask(lab, 'POST', '/whip', { bearer: lab.bearers.whip, body: 'x'.repeat(200_000) })).status, 413);
    assert.equal((await ask(lab, 'DELETE', '/whip/1', { bearer: lab.bearers.whip })).status, 404);
    assert.equal((await ask(lab, 'PATCH', '/whep/1', { bearer: lab.bearers.whep })).status, 405);
  });

  it('have let nobody touch the room: the display goes on', async () => {
    const rows = lab.timeline().length;
    await eventually('more pictures on the OR display', () => lab.timeline().length > rows + 10);
    assert.equal(lab.processes.get('share').exitCode, null);
    assert.equal(lab.processes.get('augment').exitCode, null);
  });
});
