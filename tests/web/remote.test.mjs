// A running pipeline, two browsers and an emulated headset: everything that the remote session promises, end to end.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Lab, browse, canBrowse, enter, eventually, iwer, withGl } from './lab.mjs';

const skip = canBrowse() ? false : 'wants Chromium and a network address of this machine beside the loopback';
/** The palette of the authors' colours: see render/web/src/drawings.ts. */
const palette = ['#ffd166', '#4cc9f0', '#f72585', '#80ed99', '#ff9f1c', '#b388ff', '#ffffff', '#ff6b6b']
  .map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));

const figures = (page) => page.evaluate(() => window.scialytic.figures());
const states = (page) => page.evaluate(() => window.scialytic.states());
const plays = (page, frames = 20) => eventually('pictures move', async () => {
  const { frames: seen } = await figures(page);
  return seen.shown > frames;
});
/** The camera leads nobody: between two pictures it may be a little late. */
const shown = ({ modality }) => ['live', 'late'].includes(modality?.camera.state);
/** Where that share of the modality's image stands: in the canvas, and on the page. */
const placeOf = (page, modality, x, y) => page.evaluate(([of, shareX, shareY]) => {
  const stamp = window.scialytic.stamp();
  const { image } = stamp.sources.find(({ header }) => header.modality === of);
  const canvas = { x: image.x + shareX * image.width, y: image.y + shareY * image.height };
  const box = document.getElementById('overlay').getBoundingClientRect();
  return { canvas, page: { x: box.left + (canvas.x / stamp.canvas.width) * box.width, y: box.top + (canvas.y / stamp.canvas.height) * box.height } };
}, [modality, x, y]);
/** The colour of the video itself, without what the page draws over it. */
const videoColor = (page, at) => page.evaluate(({ x, y }) => {
  const video = document.getElementById('video');
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const on = canvas.getContext('2d');
  on.drawImage(video, 0, 0);
  return [...on.getImageData(Math.round(x), Math.round(y), 1, 1).data].slice(0, 3);
}, at);
const panelColor = (lab, { x, y }) => {
  const panel = lab.panel();
  if (!panel) return null;
  const at = (Math.round(y) * panel.width + Math.round(x)) * 3;
  return [...panel.rgb.subarray(at, at + 3)];
};
const near = (color, wanted) => color !== null && Math.hypot(...color.map((value, i) => value - wanted[i])) < 90;
/** How loud the room is in this page's loudspeaker, 0 to 1, over that time. */
const loudness = (page, ms = 2500) => page.evaluate(async (forMs) => {
  const { srcObject } = document.getElementById('voices');
  if (!srcObject) return 0;
  const context = new AudioContext();
  const analyser = new AnalyserNode(context);
  context.createMediaStreamSource(srcObject).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let most = 0;
  for (const end = performance.now() + forMs; performance.now() < end; await new Promise((next) => setTimeout(next, 20))) {
    analyser.getFloatTimeDomainData(samples);
    most = Math.max(most, Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length));
  }
  await context.close();
  return most;
}, ms);

describe('A remote session beside a running pipeline', { skip, timeout: 400_000 }, () => {
  const lab = new Lab({ rate: Number(process.env.SCIALYTIC_LAB_RATE ?? 15) });
  let far;    // the browser of a colleague elsewhere
  let near_;  // another, of a moderator
  let worn;   // the headset's
  let anna;
  let ben;
  let gina;

  before(async () => {
    await lab.start();
    [far, near_] = await Promise.all([browse(), browse()]);
  });
  after(async () => {
    await Promise.all([far, near_, worn].map((one) => one?.close().catch(() => undefined)));
    await lab.stop();
  });

  it('lets people in by their links and shows each the others', async () => {
    anna = await enter(far, lab.links.colleague, 'Anna');
    ben = await enter(near_, lab.links.moderator, 'Ben <img src=x onerror=alert(1)>');
    await anna.getByRole('button', { name: /^People/ }).click();
    await eventually('Anna sees Ben', async () => (await anna.locator('#side').textContent()).includes('Ben <img src=x onerror=alert(1)>'));
    assert.equal(await anna.locator('#side img').count(), 0, 'a name is text');
    assert.equal(new URL(anna.url()).hash, '', 'the token does not stay in the address');
  });

  it('shows moving pictures whose codes in the pixels agree with their stamps', async () => {
    for (const page of [anna, ben]) {
      await plays(page);
      await eventually('codes are read', async () => (await figures(page)).codes.agree > 10);
      const { codes, frames } = await figures(page);
      assert.equal(codes.disagree, 0);
      assert.equal(frames.unstamped, 0);
    }
  });

  it('tells each page the age of the picture, with its bound, and that it is live', async () => {
    await eventually('LIVE in the page', async () => {
      const { modality } = await states(anna);
      return modality?.ultrasound?.state === 'live' && modality?.xray?.state === 'live';
    });
    const { latency, clock } = await figures(anna);
    for (const modality of ['ultrasound', 'xray']) {
      const { p50Us, boundUs } = latency[modality].capturedToPresented;
      assert.ok(p50Us > 1000 && p50Us < 1_000_000, `${modality}: ${p50Us} us`);
      assert.ok(boundUs >= 0 && boundUs < 100_000);
    }
    assert.ok(clock.exchanges >= 3);
  });

  it('carries a voice to the other and not back, each way, and nothing from who is muted', async () => {
    assert.ok((await loudness(ben)) < 0.001, 'both are muted');
    for (const [speaker, listener] of [[anna, ben], [ben, anna]]) {
      await speaker.getByRole('button', { name: /turn the microphone on/i }).click();
      await eventually('the other hears it', async () => (await loudness(listener, 1500)) > 0.01);
      assert.ok((await loudness(speaker)) < 0.001, 'nobody hears himself');
      await speaker.getByRole('button', { name: /turn the microphone off/i }).click();
      await eventually('silence again', async () => (await loudness(listener, 1000)) < 0.001);
    }
  });

  it('puts what one draws on the other pages and on the display of the room', async () => {
    const from = await placeOf(anna, 'xray', 0.2, 0.3);
    const to = await placeOf(anna, 'xray', 0.4, 0.3);
    await anna.getByRole('button', { name: 'Pen' }).click();
    await anna.mouse.move(from.page.x, from.page.y);
    await anna.mouse.down();
    await anna.mouse.move(to.page.x, to.page.y, { steps: 12 });
    await anna.mouse.up();
    const middle = { x: (from.canvas.x + to.canvas.x) / 2, y: from.canvas.y };
    const people = await anna.evaluate(() => window.scialytic.states());
    const color = palette[people.colour ?? 0];
    for (const page of [anna, ben])
      await eventually('the stroke is in the video', async () => near(await videoColor(page, middle), color), { withinMs: 5000 });
    await eventually('the stroke is on the OR display', () => near(panelColor(lab, middle), color), { withinMs: 10_000 });
    await anna.getByRole('button', { name: 'Undo' }).click();
    await eventually('the stroke is gone from the video', async () => !near(await videoColor(ben, middle), color), { withinMs: 5000 });
  });

  it('freezes one page alone and says so', async () => {
    await anna.getByRole('button', { name: 'Freeze' }).click();
    assert.equal((await states(anna)).frozen !== null && (await states(anna)).frozen !== false, true);
    assert.match((await states(anna)).said, /frozen/i);
    assert.ok(!(await states(ben)).frozen);
    await anna.getByRole('button', { name: 'Unfreeze' }).click();
    assert.ok(!(await states(anna)).frozen);
  });

  it('saves a snapshot as a PNG', async () => {
    const [download] = await Promise.all([anna.waitForEvent('download'), anna.getByRole('button', { name: 'Snapshot' }).click()]);
    assert.match(download.suggestedFilename(), /^scialytic_.*\.png$/);
    const bytes = readFileSync(await download.path());
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
    assert.ok(bytes.length > 20_000);
  });

  it('brings the camera of the glasses into the room', async () => {
    worn = await browse(withGl);
    gina = await enter(worn, lab.links.glasses, 'Gina', { viewport: { width: 480, height: 300 } }, iwer('metaQuest3'));
    await gina.getByRole('button', { name: 'Share camera' }).click();
    await eventually('the camera stands in the picture', async () => shown(await states(ben)));
    assert.match(lab.control('status'), /camera from share.camera/);
  });

  it('shows the picture in AR glasses', async () => {
    await plays(gina, 5);
    await gina.getByRole('button', { name: 'AR glasses' }).click();
    await eventually('AR runs', () => gina.evaluate(() => window.device?.activeSession != null));
    await worn.close();  // no word of farewell
    await eventually('the camera goes with its owner', async () => !shown(await states(ben)));
  });

  it('takes a camera in by WHIP and gives the picture out by WHEP', async () => {
    const through = (path, bearer, camera) => ben.evaluate(async ([where, token, gives]) => {
      const peer = new RTCPeerConnection();
      if (gives) {
        const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
        peer.addTransceiver(stream.getVideoTracks()[0], { direction: 'sendonly' });
      } else {
        peer.addTransceiver('video', { direction: 'recvonly' });
      }
      await peer.setLocalDescription(await peer.createOffer());
      await new Promise((done) => { peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && done(); setTimeout(done, 1000); });
      const answer = await fetch(where, { method: 'POST', body: peer.localDescription.sdp,
                                          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/sdp' } });
      await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
      window[where.slice(1)] = peer;
      return { status: answer.status, location: answer.headers.get('location') };
    }, [path, bearer, camera]);
    const decoded = () => ben.evaluate(async () => [...(await window.whep.getStats()).values()].find(({ type }) => type === 'inbound-rtp')?.framesDecoded ?? 0);
    assert.equal((await through('/whep', lab.bearers.whep, false)).status, 201);
    await eventually('WHEP plays', async () => (await decoded()) > 10);
    const { status, location } = await through('/whip', lab.bearers.whip, true);
    assert.equal(status, 201);
    await eventually('the camera stands in the picture', async () => shown(await states(anna)));
    const gone = await ben.evaluate(async ([where, token]) => (await fetch(where, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })).status,
                                    [location, lab.bearers.whip]);
    assert.equal(gone, 200);
    await eventually('the camera is gone', async () => !shown(await states(anna)));
  });

  it('moves a viewer to another picture without touching the display of the room', async () => {
    await anna.getByRole('button', { name: 'Layout' }).click();
    await anna.getByRole('button', { name: 'Side by side' }).click();
    const across = (page) => page.evaluate(() => window.scialytic.stamp().overlay.width === 0);  // nothing over the X-ray
    await eventually('side by side', () => across(anna));
    assert.equal(await across(ben), false);
    assert.match(lab.control('status'), /display display: fused 640x360/);
  });

  it('brings everybody back by itself when share was killed and started again', async () => {
    await lab.kill('share');
    await eventually('the page says that it is alone', async () => (await states(anna)).session === 'connecting');
    await eventually('what is shown is not live any more', async () => (await states(anna)).modality?.xray?.state !== 'live');
    await lab.startShare();
    for (const page of [anna, ben]) {
      await eventually('joined again', async () => (await states(page)).session === 'joined');
      await eventually('LIVE again', async () => (await states(page)).modality?.xray?.state === 'live');
    }
    await eventually('both are on the list again', async () => /Ben/.test(await anna.locator('#side').textContent()));
  });

  it('removes whom a moderator removes, for good', async () => {
    await ben.getByRole('button', { name: /^People/ }).click();
    await ben.getByRole('button', { name: 'Remove: Anna' }).click();
    await ben.getByRole('button', { name: 'Yes, remove' }).click();
    await eventually('removed', async () => (await states(anna)).session === 'removed');
    await anna.reload();
    assert.notEqual((await states(anna)).session, 'joined');
  });

  it('has met no error in any page', () => {
    for (const page of [anna, ben, gina]) assert.deepEqual(page.errors, []);
  });
});
